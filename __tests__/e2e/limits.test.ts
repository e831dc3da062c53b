import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesHash, GeneratedFile } from "../../lib/inventory/generated-file";
import { InventoryRun } from "../../lib/inventory/inventory";
import { Variables } from "../../lib/inventory/variables";
import { ruleFile } from "../../lib/alerts/rule-file";
import { limitSettings } from "../../lib/logs/loki-settings";
import { silences } from "../../lib/verify/checks/silences";
import { runCheck } from "../playbooks/verification/check";
import { AlertmanagerApi } from "../support/alertmanager";
import { groupsFor } from "../support/alerts";
import { checkLines, COMMANDS, fleet, healthy, measured, server } from "../support/fleet";
import { componentRun, Lab, RUN_TIMEOUT } from "../support/lab";
import { eventually, pause, until } from "../support/wait";

const lab = new Lab("e2e-limits", "198.19.160.0/20", ["hub"]);
const folder = mkdtempSync(join(tmpdir(), "e2e-limits-"));
const on = (command: string): string => lab.on("hub", command);
const url = (port: number): string => `http://${lab.address("hub")}:${port}`;

/** Three targets: a good one, one with 200,000 series that differ in each scrape, and one with 50,001 constant series. */
const EXPORTER = `import http.server, itertools
scrapes = itertools.count()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/changing":
            n = next(scrapes)
            text = "".join(f'changing_series_of_a_bad_application{{user="{n}-{i}",path="/a"}} 1\\n' for i in range(200000))
        elif self.path == "/many":
            text = "".join(f'm{{i="{i}"}} 1\\n' for i in range(50001))
        else:
            text = "good_total 1\\n"
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
`;

const JOBS = ["good", "changing", "many"];
const RULES = groupsFor(["prometheus"]).map((group) => ({
  ...group,
  // Without `for`, so that the test need not wait.
  alerts: group.alerts
    .filter(({ name }) => ["PrometheusScrapesOverLimit", "Watchdog"].includes(name))
    .map((rule) => ({ ...rule, for: undefined })),
}));
const ROUTES = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";

interface Input {
  readonly variables: Variables;
  readonly files: readonly GeneratedFile[];
}

const INPUTS: Readonly<Record<string, Input>> = {
  prometheus: {
    variables: {
      prometheus_scrape_interval: "2s",
      prometheus_scrape_timeout: "2s",
      prometheus_evaluation_interval: "1s",
      prometheus_alertmanagers: [{ address: `${lab.address("hub")}:9093` }],
      prometheus_targets: [
        { job: "prometheus", targets: [{ address: `${lab.address("hub")}:9090`, labels: { instance: "hub" } }] },
      ],
      prometheus_scrape_jobs: JOBS.map((job) => ({
        job,
        targets: ["127.0.0.1:8000"],
        metrics_path: `/${job}`,
        // The changing series take Python a second to write.
        ...(job === "good" ? {} : { interval: "10s", timeout: "9s" }),
      })),
    },
    files: [{ path: "rules/monitoring.yml", content: ruleFile(RULES) }],
  },
  alertmanager: {
    variables: { alertmanager_external_url: url(9093) },
    files: [{ path: "alertmanager.yml", content: ROUTES }],
  },
  // A sixteenth of the default rates, so that a busy machine can exceed them.
  loki: { variables: { loki_limits: limitSettings({ ingestionRateMb: 1, streamRateMb: 0.5 }) }, files: [] },
};

async function deploy(): Promise<void> {
  for (const [kind, { files }] of Object.entries(INPUTS))
    for (const { path, content } of files) {
      const file = join(folder, kind, "hub", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  for (const [kind, { variables, files }] of Object.entries(INPUTS)) {
    const all = files.length === 0 ? variables : { ...variables, monitoring_files_sha256: filesHash(files) };
    const run: InventoryRun = componentRun(kind, { hub: all });
    const { code, stdout, stderr } = await lab.play(kind, [run], "--files", join(folder, kind));
    if (code !== 0) throw new Error(`${kind}: ${stdout}${stderr}`);
  }
}

/** The result of a PromQL query: the labels and the value of each series. */
async function query(expr: string): Promise<{ metric: Readonly<Record<string, string>>; value: number }[]> {
  const response = await fetch(`${url(9090)}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

const valueOf = async (expr: string): Promise<number> => (await query(expr))[0]?.value ?? Number.NaN;

beforeAll(async () => {
  await lab.create();
  lab.write("hub", "/opt/exporter.py", EXPORTER);
  await deploy();
  on("systemd-run --quiet --unit=exporter python3 /opt/exporter.py");
}, 4 * RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(folder, { recursive: true });
}, RUN_TIMEOUT);

describe("targets that exceed a limit", () => {
  test(
    "are named with the limit, and cost the other targets no sample",
    async () => {
      const firing = 'ALERTS{alertname="PrometheusScrapesOverLimit",alertstate="firing"}';
      const found = await eventually("both alerts", 90, async () => {
        const alerts = await query(firing);
        return alerts.length === 2 ? alerts : undefined;
      });
      expect(found.map(({ metric }) => `${metric.job} ${metric.instance}: ${metric.limit}`).sort()).toEqual([
        "changing 127.0.0.1:8000: body_size_limit",
        "many 127.0.0.1:8000: sample_limit",
      ]);
      await pause(20);
      expect(await valueOf('min_over_time(up{job="good"}[20s])')).toBe(1);
      expect(await valueOf("count_over_time(good_total[20s])")).toBeGreaterThanOrEqual(8);
      expect(await query('{job=~"changing|many",__name__=~"m|changing_.*"}')).toEqual([]);
    },
    2 * RUN_TIMEOUT,
  );

  test("add no series to the memory of Prometheus in each scrape", async () => {
    // The first 50,000 series of the job "many" stay in memory, although Prometheus drops the scrape.
    expect(await valueOf("prometheus_tsdb_head_series")).toBeLessThan(60_000);
    expect(await valueOf('process_resident_memory_bytes{job="prometheus"}')).toBeLessThan(600 * 1024 ** 2);
  });
});

describe("the services", () => {
  const property = (unit: string, name: string): string => on(`systemctl show --property=${name} --value ${unit}`);

  test.each([
    ["prometheus", 0.75, "500"],
    ["loki", 0.6, "500"],
    ["alertmanager", 0.3, "200"],
  ])("limit the memory of %s", (unit, share, adjustment) => {
    const total = Number(on("sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo")) * 1024;
    const limit = Number(property(unit, "MemoryMax"));
    expect(limit / total).toBeCloseTo(share, 2);
    expect(property(unit, "MemoryHigh")).toMatch(/^\d+$/);
    const pid = property(unit, "MainPID");
    expect(on(`cat /proc/${pid}/oom_score_adj`)).toBe(adjustment);
    const [, go = ""] = /GOMEMLIMIT=(\d+)MiB/.exec(property(unit, "Environment")) ?? [];
    expect((Number(go) * 1024 ** 2) / limit).toBeCloseTo(0.8, 2);
  });

  test(
    "are killed by the kernel at their limit, and start again",
    async () => {
      const probe = on(
        "systemd-run --wait --quiet -p MemoryMax=20M -p MemorySwapMax=0 python3 -c 'bytearray(64 * 1024 * 1024)' && echo survived || echo killed",
      );
      if (probe === "survived") {
        console.warn("skipped: this engine's cgroups do not enforce MemoryMax");
        return;
      }
      // Too little memory for Alertmanager, so that the kernel kills it at each start.
      on("systemctl set-property --runtime alertmanager MemoryMax=10M && systemctl restart --no-block alertmanager");
      await until("two restarts", 60, () => Number(property("alertmanager", "NRestarts")) >= 2);
      on("systemctl revert alertmanager 2>/dev/null; systemctl restart alertmanager");
      await until("Alertmanager", 60, async () => (await fetch(`${url(9093)}/-/ready`)).ok);
      expect(on("systemctl is-active systemd-journald ssh")).toBe("active\nactive");
    },
    RUN_TIMEOUT,
  );
});

test(
  "a flood of log lines loses no line of another sender that sends rejected lines again",
  async () => {
    const push = async (stream: Readonly<Record<string, string>>, lines: readonly string[]): Promise<number> => {
      const time = BigInt(Date.now()) * 1_000_000n;
      const values = lines.map((line, index) => [String(time + BigInt(index)), line]);
      const body = JSON.stringify({ streams: [{ stream, values }] });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url(3100)}/loki/api/v1/push`, { method: "POST", headers, body });
      await response.arrayBuffer();
      return response.status;
    };
    const end = Date.now() + 10_000;
    const block = Array.from({ length: 1000 }, (_, index) => `${index} ${"x".repeat(1000)}`);
    const statuses = new Map<number, number>();
    const flood = async (sender: number): Promise<void> => {
      while (Date.now() < end) {
        const status = await push({ job: "flood", instance: `bad${sender}` }, block);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const sent: string[] = [];
    const member = async (): Promise<void> => {
      for (let number = 0; Date.now() < end; number += 1) {
        sent.push(`line ${number}`);
        while ((await push({ job: "app", instance: "good" }, [`line ${number}`])) === 429) await pause(0.5);
        await pause(0.1);
      }
    };
    await Promise.all([...[1, 2, 3, 4].map(flood), member()]);
    expect(statuses.get(429) ?? 0).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(10);
    const lines = new URLSearchParams({ query: '{instance="good"}', limit: "5000", direction: "forward" });
    const answer = await fetch(`${url(3100)}/loki/api/v1/query_range?${lines.toString()}`);
    const { data } = (await answer.json()) as { data: { result: { values: [string, string][] }[] } };
    expect(data.result.flatMap(({ values }) => values.map(([, line]) => line))).toEqual(sent);
  },
  RUN_TIMEOUT,
);

test(
  "verify fails for a silence of the Watchdog alert, and for one that covers critical alerts for longer than a day",
  async () => {
    const api = new AlertmanagerApi(url(9093));
    await until("the Watchdog alert", 90, async () => (await api.alerts()).includes("Watchdog"));
    await api.silence("Watchdog");
    on(
      `/opt/cdktf-monitoring/alertmanager/amtool --alertmanager.url=${url(9093)} silence add --author=mallory --duration=240h --comment=quiet 'alertname!=Watchdog'`,
    );
    on(
      `/opt/cdktf-monitoring/alertmanager/amtool --alertmanager.url=${url(9093)} silence add --author=carol --duration=240h --comment=noise severity=warning`,
    );
    await pause(1);
    const result = (await runCheck("alertmanager", [url(9093), "hub", "test", 1, 5])) as object;
    const hub = server("hub", lab.address("hub"), { componentUrls: { alertmanager: url(9093) } });
    const given = { ...fleet(0), servers: [hub] };
    const answers = { hub: healthy(...checkLines("alertmanager", result)) };
    const found = silences(measured(given, { answers }), COMMANDS);
    expect(found?.summary).toBe("1 Alertmanager: 3 silences");
    expect(found?.failures.map(({ problem }) => problem).sort()).toEqual([
      expect.stringMatching(
        /^a silence covers critical alerts for 240 h.*\{alertname!="Watchdog"\} by mallory until .*: quiet$/,
      ),
      expect.stringMatching(
        /^a silence stops the pings to the dead man's switch: \{alertname="Watchdog"\} by a test until /,
      ),
    ]);
  },
  2 * RUN_TIMEOUT,
);
