import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { AlertmanagerApi } from "../support/alertmanager";
import { GrafanaApi } from "../support/grafana";
import { LokiApi } from "../support/loki";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually } from "../support/wait";

/** The final host and the port of each component. */
const HOSTS = {
  prometheus: { server: "metrics", port: 9090 },
  alertmanager: { server: "alerts", port: 9093 },
  grafana: { server: "dashboards", port: 3000 },
  loki: { server: "logs", port: 3100 },
} as const;
type Kind = keyof typeof HOSTS;

const project = new Project("e2e-spread", "198.19.16.0/20");

const urlOf = (kind: Kind, server: string = HOSTS[kind].server): string => project.url(server, HOSTS[kind].port);
const prometheusOn = (server: string = HOSTS.prometheus.server): PrometheusApi =>
  PrometheusApi.behindGateway(project, server);
const alertmanagerOn = (server: string = HOSTS.alertmanager.server): AlertmanagerApi =>
  AlertmanagerApi.behindGateway(project, server);
const lokiOn = (server: string = HOSTS.loki.server): LokiApi => LokiApi.behindGateway(project, server);
const grafanaOn = (server: string = HOSTS.grafana.server): GrafanaApi =>
  new GrafanaApi(urlOf("grafana", server), project.on(server, "cat /var/lib/monitoring/grafana/admin_password"));

/** Moves components by an edit of their scopes in `main.ts`. */
function place(scopes: Partial<Readonly<Record<Kind, string>>>): void {
  for (const [kind, scope] of Object.entries(scopes)) {
    const statement = new RegExp(`(new ${kind[0]?.toUpperCase()}${kind.slice(1)}\\()[^,]+(, "${kind}")`);
    project.edit("main.ts", (text) => text.replace(statement, `$1${scope}$2`));
  }
}

/** Lists ports, units, configuration, programs, data and users of components on a server. */
function traces(server: string, ...kinds: readonly Kind[]): string {
  const names = kinds.join("\\|");
  const ports = kinds.map((kind) => `sport = :${HOSTS[kind].port}`).join(" or ");
  return project.on(
    server,
    `ss -Hltn '${ports}'
    ls -A /etc/systemd/system /etc /opt/cdktf-monitoring /var/lib/monitoring /etc/cdktf-monitoring/* /run | grep '^\\(${names}\\)' || true
    systemctl list-units --all --plain --no-legend | grep '^\\(${names}\\)' || true
    getent passwd ${kinds.join(" ")} || true`,
  );
}

/** Returns those of the servers that the host firewall of a server allows to use a port. */
function allowed(server: string, port: number, servers: readonly string[]): string[] {
  const { nftables } = JSON.parse(project.on(server, "nft --json list table inet cdktf_monitoring")) as {
    nftables: readonly { readonly set?: { readonly name: string; readonly elem?: readonly unknown[] } }[];
  };
  const sets = nftables.flatMap(({ set }) => (set?.name.includes(String(port)) ? [set] : []));
  const elements = sets.flatMap(({ elem = [] }) => elem.map((each) => JSON.stringify(each).replaceAll('"', "")));
  return servers.filter((name) => elements.includes(project.address(name)));
}

/** Logs the downtime of each moved component. */
function logDowntimes(output: string): void {
  for (const [line] of output.matchAll(/\S+ {2}\S+ +answers, \S+ s after it was stopped on \S+/g)) console.log(line);
}

/** Data of each component from before the moves. */
let kept: { readonly time: number; readonly silence: string; readonly star: string; readonly password: string };

beforeAll(async () => {
  // Adds empty servers. From here on, only the scope of a component decides where the component runs.
  project.edit("main.ts", (text) =>
    text
      .replace(/^( *)const hub = new MonitoringHost\(.*\n/m, (line, indent: string) =>
        [
          line,
          `${indent}const network = servers.hub.network as LocalNetwork;\n`,
          ...Object.values(HOSTS).map(
            ({ server }) =>
              `${indent}const ${server} = new MonitoringHost(scope, "${server}", { monitoring, server: new LocalServer(scope, "${server}-server", { network }) });\n`,
          ),
        ].join(""),
      )
      .replace(/^new AwsStack.*\n/m, ""),
  );
  await project.up();
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

test("stores data in each component on the hub", async () => {
  await lokiOn("hub").push({ job: "test" }, ["from before the move"]);
  const silence = await alertmanagerOn("hub").silence("BeforeTheMove");
  const star = "cdktf-monitoring-fleet";
  expect(await grafanaOn("hub").status(`/api/user/stars/dashboard/uid/${star}`, {})).toBe(200);
  const time = await eventually("a scrape of the hub", 60, async () =>
    (await prometheusOn("hub").value('up{job="node", instance="hub"}')) === 1 ? Date.now() / 1000 : undefined,
  );
  const password = project.on("hub", "cat /var/lib/monitoring/grafana/admin_password");
  kept = { time, silence, star, password };
  expect(await alertmanagerOn("hub").silences()).toEqual([silence]);
}, 120_000);

test(
  "moves Prometheus and Alertmanager with their data and firewall rules",
  async () => {
    expect(allowed("app", 9100, ["hub", "metrics"])).toEqual(["hub"]);
    place({ prometheus: "metrics", alertmanager: "alerts" });
    logDowntimes(await project.up());

    expect(traces("hub", "prometheus", "alertmanager")).toBe("");
    expect(await prometheusOn().value(`up{job="node", instance="hub"} @ ${kept.time}`)).toBe(1);
    expect(await alertmanagerOn().silences()).toEqual([kept.silence]);
    expect(allowed("app", 9100, ["hub", "metrics"])).toEqual(["metrics"]);
    expect(allowed("hub", 9100, ["hub", "metrics"])).toEqual(["metrics"]);
    // Checks the firewalls in both directions, targets, data sources and alerts.
    await project.succeed("verify");
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "moves Grafana and Loki with their data, even if the first deploy is killed during the copy",
  async () => {
    // A large file makes the copy slow. The new host has a separate disk with older data.
    project.on("hub", "head -c 400M /dev/urandom > /var/lib/monitoring/loki/ballast");
    project.on(
      "logs",
      "mkdir -p /var/lib/monitoring/loki && mount -t tmpfs tmpfs /var/lib/monitoring/loki && echo old > /var/lib/monitoring/loki/earlier",
    );
    place({ grafana: "dashboards", loki: "logs" });
    const { pid, ended } = project.start("up");
    await eventually("the copy", 300, () =>
      project.on("logs", "cat /var/lib/monitoring/loki/.incoming/ballast 2>/dev/null | head -c 1 | wc -c") === "1"
        ? true
        : undefined,
    );
    process.kill(-pid, "SIGKILL");
    await ended;
    // Loki is down on both hosts, and the old host has all data.
    expect(project.on("hub", "systemctl is-active loki; systemctl is-enabled loki; true")).toBe("inactive\ndisabled");
    expect(project.on("logs", "systemctl is-active loki; true")).toBe("inactive");
    expect(project.on("hub", "ls /var/lib/monitoring/loki")).toContain("ballast");

    const output = await project.up();
    logDowntimes(output);
    expect(output).toMatch(/older data on logs was moved to \S+\.before-move\.\d+/);
    expect(project.on("logs", "cat /var/lib/monitoring/loki/.before-move.*/earlier")).toBe("old");
    expect(traces("hub", "grafana", "loki")).toBe("");
    expect(await lokiOn().lines('{job="test"}')).toEqual(["from before the move"]);
    expect(project.on("logs", "stat -c '%s %U:%G' /var/lib/monitoring/loki/ballast")).toBe("419430400 loki:loki");
    expect(project.on("dashboards", "cat /var/lib/monitoring/grafana/admin_password")).toBe(kept.password);
    expect(await grafanaOn().json("/api/user/stars")).toEqual([kept.star]);
    project.on("logs", "rm /var/lib/monitoring/loki/ballast");
    await project.succeed("verify");
  },
  3 * DEPLOY_TIMEOUT,
);

test(
  "rejects an edit that moves a component and removes its old host",
  async () => {
    const main = readFileSync(join(project.directory, "main.ts"), "utf8");
    place({ grafana: "logs" });
    project.edit("main.ts", (text) => text.replace(/^ *const dashboards = new MonitoringHost.*\n/m, ""));
    const rejected = await project.npm("up");
    expect(rejected.code).not.toBe(0);
    expect(rejected.output.replace(/\s+/g, " ")).toContain(
      '"dashboards" is no longer a member, so its data would be lost',
    );
    project.edit("main.ts", () => main);
    expect(project.on("dashboards", "systemctl is-active grafana")).toBe("active");
  },
  DEPLOY_TIMEOUT,
);

test(
  "starts nothing if the old host of a move is unreachable, and starts without data if the data is discarded",
  async () => {
    project.on("alerts", "systemctl stop ssh.socket ssh.service; pkill -x sshd || true");
    place({ alertmanager: "dashboards" });
    const failed = await project.npm("up");
    expect(failed.code).not.toBe(0);
    expect(failed.output.replace(/\s+/g, " ")).toContain('the data is on "alerts", which is unreachable');
    expect(project.on("dashboards", "systemctl is-active alertmanager; true")).toBe("inactive");
    project.on("alerts", "systemctl start ssh.service");

    project.edit("main.ts", (text) =>
      text
        .replace(/(new Alertmanager\(dashboards, "alertmanager")/, "$1, { onMove: OnMove.DISCARD }")
        .replace("  Receiver,\n", "  OnMove,\n  Receiver,\n"),
    );
    await project.up();
    expect(await alertmanagerOn("dashboards").silences()).toEqual([]);
    expect(traces("alerts", "alertmanager")).toBe("");
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "keeps all data if the hub is removed, with the layout of the example",
  async () => {
    const silence = await alertmanagerOn("dashboards").silence("BeforeTheExample");
    const example = readFileSync(join(projectRoot, "examples/spread.ts"), "utf8")
      .replace('"../constructs"', '"./constructs"')
      .replace('join(__dirname, "site"', 'join(__dirname, "examples", "site"')
      .replace('new SpreadStack(app, "spread")', 'new SpreadStack(app, "local")');
    project.edit("main.ts", () => example);
    await project.up();
    expect(await alertmanagerOn().silences()).toEqual([silence]);
    expect(await prometheusOn().value(`up{job="node", instance="hub"} @ ${kept.time}`)).toBe(1);
    expect(await lokiOn().lines('{job="test"}')).toEqual(["from before the move"]);
    expect(await grafanaOn().json("/api/user/stars")).toEqual([kept.star]);
    await project.succeed("verify");
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "passes all checks after a restart of all servers at once",
  async () => {
    const servers = [...Object.values(HOSTS).map(({ server }) => server), "app", "app-2"];
    project.docker("restart", "--time", "5", ...servers.map((server) => `e2e-spread-${server}`));
    // Loki has lost its data together with the disk in memory, so the site needs new requests.
    const request = "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')";
    await eventually("the site", 60, () => project.on("app", `python3 -c "${request}" && echo served`));
    const output = await eventually("a successful verification", 180, async () => {
      const verified = await project.npm("verify");
      return verified.code === 0 && verified.output.includes("nginx (access)") ? verified.output : undefined;
    });
    expect(output).toMatch(
      /placement +20 of 20 services run .*\n +alertmanager \S+ on alerts\n +gateway \S+ on 4 of 4 servers\n +grafana \S+ on dashboards\n +log_agent \S+, node_exporter \S+ on 6 of 6 servers\n +loki \S+ on logs\n +prometheus \S+ on metrics\n/,
    );
    expect(output).toContain("Grafana shows CPU of 6, memory of 6, disk of 6 of 6 servers");
    expect(output).toMatch(/PASS +logs +1 Loki: SSH logins of 6 of 6 servers\n +newest lines: /);
    expect(output).toMatch(
      /PASS +node exporter access +only from .*: 6 servers, \d+ probes \(\d+ allowed, \d+ blocked\)\n/,
    );
    expect(output).toMatch(
      /PASS +Prometheus access +only from .*: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)\n/,
    );
    expect(output).toMatch(
      /PASS +Alertmanager access +only from .*: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)\n/,
    );
    expect(output).toMatch(
      /PASS +reboot +20 of 20 services and 6 of 6 firewalls start at boot\n +last boot: \d+ s ago\n/,
    );
  },
  DEPLOY_TIMEOUT,
);
