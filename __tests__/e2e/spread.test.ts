import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { AlertmanagerApi } from "../support/alertmanager";
import { GrafanaApi } from "../support/grafana";
import { LokiApi } from "../support/loki";
import { Outcome, Project, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
/** Where each component stands in the end, and what it listens on. */
const HOMES = {
  prometheus: { server: "metrics", port: 9090 },
  alertmanager: { server: "alerts", port: 9093 },
  grafana: { server: "dashboards", port: 3000 },
  loki: { server: "logs", port: 3100 },
} as const;
type Kind = keyof typeof HOMES;

const project = new Project("e2e-spread", "198.19.16.0/20");

async function expectSuccess(script: string): Promise<Outcome> {
  const outcome = await project.npm(script);
  requireSuccess(outcome);
  return outcome;
}

const address = (server: string): string => project.on(server, "hostname -I").trim();
const urlOf = (kind: Kind, server: string = HOMES[kind].server): string =>
  `http://${address(server)}:${HOMES[kind].port}`;
const prometheusOn = (server?: string): PrometheusApi => new PrometheusApi(urlOf("prometheus", server));
const alertmanagerOn = (server?: string): AlertmanagerApi => new AlertmanagerApi(urlOf("alertmanager", server));
const lokiOn = (server?: string): LokiApi => new LokiApi(urlOf("loki", server));
const grafanaOn = (server: string = HOMES.grafana.server): GrafanaApi =>
  new GrafanaApi(urlOf("grafana", server), project.on(server, "cat /var/lib/monitoring/grafana/admin_password"));

/** Places components by their scope, as an edit of `main.ts` does: on the hub, or on the server that it names. */
function place(scopes: Partial<Readonly<Record<Kind, string>>>): void {
  for (const [kind, scope] of Object.entries(scopes)) {
    const statement = new RegExp(`(new ${kind[0]?.toUpperCase()}${kind.slice(1)}\\()[^,]+(, "${kind}")`);
    project.edit("main.ts", (text) => text.replace(statement, `$1${scope}$2`));
  }
}

/** What a server has of components: services, ports, units, configuration, programs, data and users. */
function traces(server: string, ...kinds: readonly Kind[]): string {
  const names = kinds.join("\\|");
  const ports = kinds.map((kind) => `sport = :${HOMES[kind].port}`).join(" or ");
  return project.on(
    server,
    `ss -Hltn '${ports}'
    ls -A /etc/systemd/system /etc /opt/cdktf-monitoring /var/lib/monitoring /etc/cdktf-monitoring/* /run | grep '^\\(${names}\\)' || true
    systemctl list-units --all --plain --no-legend | grep '^\\(${names}\\)' || true
    getent passwd ${kinds.join(" ")} || true`,
  );
}

/** The addresses of servers that a server's own firewall admits to a port, of those that are named. */
function admitted(server: string, port: number, servers: readonly string[]): string[] {
  const { nftables } = JSON.parse(project.on(server, "nft --json list table inet cdktf_monitoring")) as {
    nftables: readonly { readonly set?: { readonly name: string; readonly elem?: readonly unknown[] } }[];
  };
  const sets = nftables.flatMap(({ set }) => (set?.name.includes(String(port)) ? [set] : []));
  const elements = sets.flatMap(({ elem = [] }) => elem.map((each) => JSON.stringify(each).replaceAll('"', "")));
  return servers.filter((name) => elements.includes(address(name)));
}

/** How long each move had its component down, for whoever reads the log. */
function tellDowntimes({ output }: Outcome): void {
  for (const [line] of output.matchAll(/\S+ {2}\S+ +answers, \S+ s after it was stopped on \S+/g)) console.log(line);
}

/** What people and programs left before anything moved. */
let left: { readonly time: number; readonly silence: string; readonly star: string; readonly password: string };

beforeAll(async () => {
  // More servers, on which nothing is yet; where a component stands is a matter of its scope alone from here on.
  project.edit("main.ts", (text) =>
    text
      .replace(/^( *)const hub = new MonitoringHost\(.*\n/m, (line, indent: string) =>
        [
          line,
          `${indent}const network = servers.hub.network as LocalNetwork;\n`,
          ...Object.values(HOMES).map(
            ({ server }) =>
              `${indent}const ${server} = new MonitoringHost(scope, "${server}", { monitoring, server: new LocalServer(scope, "${server}-server", { network }) });\n`,
          ),
        ].join(""),
      )
      .replace(/^new AwsStack.*\n/m, ""),
  );
  await project.up();
}, 2 * DEPLOY);

afterAll(async () => {
  await project.end();
}, DEPLOY);

test("the hub works, and people leave something with each component", async () => {
  await lokiOn("hub").push({ job: "test" }, ["from before the move"]);
  const silence = await alertmanagerOn("hub").silence("BeforeTheMove");
  const star = "cdktf-monitoring-fleet";
  expect(await grafanaOn("hub").status(`/api/user/stars/dashboard/uid/${star}`, {})).toBe(200);
  const time = await eventually("a scrape of the hub", 60, async () =>
    (await prometheusOn("hub").value('up{job="node", instance="hub"}')) === 1 ? Date.now() / 1000 : undefined,
  );
  const password = project.on("hub", "cat /var/lib/monitoring/grafana/admin_password");
  left = { time, silence, star, password };
  expect(await alertmanagerOn("hub").silences()).toEqual([silence]);
}, 120_000);

test(
  "Prometheus and Alertmanager move with what they know, and so does who may reach whom",
  async () => {
    expect(admitted("app", 9100, ["hub", "metrics"])).toEqual(["hub"]);
    place({ prometheus: "metrics", alertmanager: "alerts" });
    tellDowntimes(await expectSuccess("up"));

    expect(traces("hub", "prometheus", "alertmanager")).toBe("");
    expect(await prometheusOn().value(`up{job="node", instance="hub"} @ ${left.time}`)).toBe(1);
    expect(await alertmanagerOn().silences()).toEqual([left.silence]);
    expect(admitted("app", 9100, ["hub", "metrics"])).toEqual(["metrics"]);
    expect(admitted("hub", 9100, ["hub", "metrics"])).toEqual(["metrics"]);
    // All that is admitted answers, all else is filtered, in both directions; targets, data sources and alerts followed.
    await expectSuccess("verify");
  },
  2 * DEPLOY,
);

test(
  "Grafana and Loki move with what they know, though the first try is killed in the midst of the copy",
  async () => {
    // Something that takes a while, to a disk of its own, beside what an earlier stay left there.
    project.on("hub", "head -c 400M /dev/urandom > /var/lib/monitoring/loki/ballast");
    project.on(
      "logs",
      "mkdir -p /var/lib/monitoring/loki && mount -t tmpfs tmpfs /var/lib/monitoring/loki && echo old > /var/lib/monitoring/loki/earlier",
    );
    place({ grafana: "dashboards", loki: "logs" });
    const { pid, ended } = project.start("up");
    await eventually("the copy", 120, () =>
      project.on("logs", "cat /var/lib/monitoring/loki/.incoming/ballast 2>/dev/null | head -c 1 | wc -c") === "1"
        ? true
        : undefined,
    );
    process.kill(-pid, "SIGKILL");
    await ended;
    // It is down at both places, and all that it knows is where it was.
    expect(project.on("hub", "systemctl is-active loki; systemctl is-enabled loki; true")).toBe("inactive\ndisabled");
    expect(project.on("logs", "systemctl is-active loki; true")).toBe("inactive");
    expect(project.on("hub", "ls /var/lib/monitoring/loki")).toContain("ballast");

    const again = await expectSuccess("up");
    tellDowntimes(again);
    expect(again.output).toMatch(/older data on logs was moved to \S+\.before-move\.\d+/);
    expect(project.on("logs", "cat /var/lib/monitoring/loki/.before-move.*/earlier")).toBe("old");
    expect(traces("hub", "grafana", "loki")).toBe("");
    expect(await lokiOn().lines('{job="test"}')).toEqual(["from before the move"]);
    expect(project.on("logs", "stat -c '%s %U:%G' /var/lib/monitoring/loki/ballast")).toBe("419430400 loki:loki");
    expect(project.on("dashboards", "cat /var/lib/monitoring/grafana/admin_password")).toBe(left.password);
    expect(await grafanaOn().json("/api/user/stars")).toEqual([left.star]);
    project.on("logs", "rm /var/lib/monitoring/loki/ballast");
    await expectSuccess("verify");
  },
  3 * DEPLOY,
);

test(
  "a server is not removed in the same edit as its component moves away",
  async () => {
    const main = readFileSync(join(project.directory, "main.ts"), "utf8");
    place({ grafana: "logs" });
    project.edit("main.ts", (text) => text.replace(/^ *const dashboards = new MonitoringHost.*\n/m, ""));
    const refused = await project.npm("up");
    expect(refused.code).not.toBe(0);
    expect(refused.output.replace(/\s+/g, " ")).toContain(
      '"dashboards" is not a member any more, so that its data would be lost',
    );
    project.edit("main.ts", () => main);
    expect(project.on("dashboards", "systemctl is-active grafana")).toBe("active");
  },
  DEPLOY,
);

test(
  "a move whose old place does not answer starts nothing, and one that discards the data begins without any",
  async () => {
    project.on("alerts", "systemctl stop ssh.socket ssh.service; pkill -x sshd || true");
    place({ alertmanager: "dashboards" });
    const refused = await project.npm("up");
    expect(refused.code).not.toBe(0);
    expect(refused.output.replace(/\s+/g, " ")).toContain('the data is on "alerts", which is unreachable');
    expect(project.on("dashboards", "systemctl is-active alertmanager; true")).toBe("inactive");
    project.on("alerts", "systemctl start ssh.service");

    project.edit("main.ts", (text) =>
      text
        .replace(/(new Alertmanager\(dashboards, "alertmanager")/, "$1, { onMove: OnMove.DISCARD }")
        .replace("  Receiver,\n", "  OnMove,\n  Receiver,\n"),
    );
    await expectSuccess("up");
    expect(await alertmanagerOn("dashboards").silences()).toEqual([]);
    expect(traces("alerts", "alertmanager")).toBe("");
  },
  2 * DEPLOY,
);

test(
  "the layout of the example, with the hub gone, has all that was there",
  async () => {
    const silence = await alertmanagerOn("dashboards").silence("BeforeTheExample");
    const example = readFileSync(join(projectRoot, "examples/spread.ts"), "utf8")
      .replace('"../constructs"', '"./constructs"')
      .replace('join(__dirname, "site"', 'join(__dirname, "examples", "site"')
      .replace('new SpreadStack(app, "spread")', 'new SpreadStack(app, "local")');
    project.edit("main.ts", () => example);
    await expectSuccess("up");
    expect(await alertmanagerOn().silences()).toEqual([silence]);
    expect(await prometheusOn().value(`up{job="node", instance="hub"} @ ${left.time}`)).toBe(1);
    expect(await lokiOn().lines('{job="test"}')).toEqual(["from before the move"]);
    expect(await grafanaOn().json("/api/user/stars")).toEqual([left.star]);
    await expectSuccess("verify");
  },
  2 * DEPLOY,
);

test(
  "all servers are restarted at once, and the example keeps each of its promises",
  async () => {
    const servers = [...Object.values(HOMES).map(({ server }) => server), "app", "app-2"];
    project.docker("restart", "--time", "5", ...servers.map((server) => `e2e-spread-${server}`));
    // What Loki had is gone with the disk in memory that it was given above: this is asked for after the boot.
    const ask = "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')";
    await eventually("the site", 60, () => project.on("app", `python3 -c "${ask}" && echo served`));
    const output = await eventually("all that they promise", 180, async () => {
      const looked = await project.npm("verify");
      return looked.code === 0 && looked.output.includes("nginx (access)") ? looked.output : undefined;
    });
    expect(output).toMatch(
      /placement +16 of 16 services run .*\n +alertmanager \S+ on alerts\n +grafana \S+ on dashboards\n +log_agent \S+, node_exporter \S+ on 6 of 6 servers\n +loki \S+ on logs\n +prometheus \S+ on metrics\n/,
    );
    expect(output).toContain("Grafana shows CPU of 6, memory of 6, disk of 6 of 6 servers");
    expect(output).toMatch(/PASS +logs +1 Loki: SSH logins of 6 of 6 servers\n +newest lines: /);
    expect(output).toMatch(/PASS +exporter access +only from .*: 6 servers, \d+ probes \(\d+ allowed, \d+ blocked\)\n/);
    expect(output).toMatch(
      /PASS +Prometheus access +only from .*: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)\n/,
    );
    expect(output).toMatch(
      /PASS +Alertmanager access +only from .*: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)\n/,
    );
    expect(output).toMatch(
      /PASS +reboot +16 of 16 services and 6 of 6 firewalls start at boot\n +last boot: \d+ s ago\n/,
    );
  },
  DEPLOY,
);
