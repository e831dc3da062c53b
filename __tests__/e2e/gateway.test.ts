import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GrafanaApi } from "../support/grafana";
import { LokiApi } from "../support/loki";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { until } from "../support/wait";

const project = new Project("e2e-gateway", "198.19.192.0/20");
const TIMEOUT = 120_000;

const PROGRAM = `
import { App, TerraformStack } from "cdktf";
import { Grafana, LocalNetwork, LocalServer, LogAgent, Loki, MonitoredServer, Monitoring, MonitoringHost, Prometheus, Transport } from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
});
const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway], logAgent: LogAgent.promtail(), transport: Transport.plain() });
const server = (name: string) => new LocalServer(stack, name + "-server", { network, name });
const hub = new MonitoringHost(stack, "hub", { monitoring, server: server("hub") });
new Prometheus(hub, "prometheus");
new Loki(hub, "loki");
new Grafana(hub, "grafana");
new MonitoredServer(stack, "app", { monitoring, server: server("app") });
app.synth();
`;

const SELECTOR = "query=%7Bjob%3D%22attack%22%7D";
/** Requests that would stop Loki, change it, or show its configuration. */
const ADMINISTRATION = [
  "GET /ingester/shutdown?flush=false&terminate=true",
  "POST /ingester/shutdown?flush=false&terminate=true",
  "POST /ingester/prepare_shutdown",
  "POST /flush",
  "GET /config",
  "POST /log_level?log_level=debug",
  "GET /services",
  "GET /ring",
  "GET /debug/pprof/",
  "GET /debug/pprof/heap",
  `POST /loki/api/v1/delete?${SELECTOR}&start=0`,
  `PUT /loki/api/v1/delete?${SELECTOR}&start=0`,
  "POST /loki/api/v1/rules/fake",
  "DELETE /loki/api/v1/rules/fake",
  "POST /otlp/v1/logs",
  "POST /api/prom/push",
];
/** Other spellings of paths that the gateway forwards. */
const SPELLINGS = [
  "GET /loki/api/v1/query_range/../../../../ingester/shutdown",
  "GET /loki/api/v1/label/..%2f..%2f..%2f..%2fflush/values",
  "GET /loki/api/v1/rules/../../../../ingester/shutdown",
  "POST /loki/api/v1/push/../../../../flush",
  "POST //flush",
  "POST /%66lush",
  "POST /LOKI/api/v1/push",
];
/** Requests that show the lines of all servers. */
const QUERIES = [
  `GET /loki/api/v1/query_range?${SELECTOR}`,
  `GET /loki/api/v1/query?${SELECTOR}`,
  `POST /loki/api/v1/query_range?${SELECTOR}`,
  "GET /loki/api/v1/labels",
  "GET /loki/api/v1/label/job/values",
  `GET /loki/api/v1/tail?${SELECTOR}`,
  `GET /read/loki/api/v1/query_range?${SELECTOR}`,
];

/** Returns the status of each request from a server to a port of the hub, `000` if nothing answers. */
function statuses(from: string, requests: readonly string[], port = 3100): Record<string, string> {
  const url = project.url("hub", port);
  const commands = requests.map((request) => {
    const [method = "", path = ""] = request.split(" ");
    return `curl -s -o /dev/null -w '%{http_code}\\n' -m 3 --path-as-is -X ${method} '${url}${path}' || true`;
  });
  const codes = project.on(from, commands.join("\n")).split("\n");
  return Object.fromEntries(requests.map((request, index) => [request, codes[index] ?? ""]));
}

const all = (requests: readonly string[], status: string): Record<string, string> =>
  Object.fromEntries(requests.map((request) => [request, status]));
const push = (line: string): string =>
  JSON.stringify({ streams: [{ stream: { job: "attack" }, values: [[`${Date.now()}000000`, line]] }] });

let loki: LokiApi;

beforeAll(async () => {
  writeFileSync(join(project.directory, "main.ts"), PROGRAM);
  await project.up();
  loki = new LokiApi(project.url("hub", 3100));
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

test(
  "a member sends lines, and reads and administrates nothing",
  async () => {
    project.write("app", "/tmp/push.json", push("from app"));
    const send = "-H 'Content-Type: application/json' --data-binary @/tmp/push.json";
    const url = `${project.url("hub", 3100)}/loki/api/v1/push`;
    expect(project.on("app", `curl -s -w '%{http_code}' ${send} ${url}`)).toBe("204");
    expect(statuses("app", ["GET /ready"])).toEqual(all(["GET /ready"], "200"));
    const refused = [...ADMINISTRATION, ...SPELLINGS, ...QUERIES, "GET /metrics", "GET /loki/api/v1/push"];
    expect(statuses("app", refused)).toEqual(all(refused, "403"));
    expect(project.on("hub", "systemctl is-active loki; systemctl show --property=NRestarts --value loki")).toBe(
      "active\n0",
    );
    expect(await loki.lines('{job="attack"}')).toEqual(["from app"]);
  },
  TIMEOUT,
);

test("Loki and the gateway have no other port that a member reaches", () => {
  const portsOf = (user: string): string[] =>
    project.on("hub", `ss -Hltne | grep "uid:$(id -u ${user}) " | awk '{print $4}' | sort`).split("\n");
  expect(portsOf("loki")).toEqual(["127.0.0.1:3101", "127.0.0.1:9095"]);
  expect(portsOf("gateway")).toEqual([expect.stringMatching(/:3100$/), expect.stringMatching(/:3180$/)]);
  for (const port of [3101, 9095, 3180])
    expect(statuses("app", ["GET /metrics"], port)).toEqual(all(["GET /metrics"], "000"));
});

test(
  "a Viewer of Grafana queries Loki through the data source, and sends and administrates nothing",
  async () => {
    const admin = new GrafanaApi(
      project.url("hub", 3000),
      project.on("hub", "cat /var/lib/monitoring/grafana/admin_password"),
    );
    await admin.json("/api/admin/users", { login: "viewer", password: "viewer-password", OrgId: 1 });
    const proxy = `${project.url("hub", 3000)}/api/datasources/proxy/uid/loki`;
    const status = async (request: string, body?: string): Promise<number> => {
      const [method = "", path = ""] = request.split(" ");
      const headers = { Authorization: `Basic ${btoa("viewer:viewer-password")}`, "Content-Type": "application/json" };
      return (await fetch(proxy + path, { method, headers, body })).status;
    };
    expect(await status(`GET /loki/api/v1/query_range?${SELECTOR}`)).toBe(200);
    expect(await status("GET /loki/api/v1/labels")).toBe(200);
    const refused = [...ADMINISTRATION, "POST /loki/api/v1/push", "GET /metrics"];
    const answers = await Promise.all(
      refused.map((request) => status(request, /^(POST|PUT)/.test(request) ? push("from a Viewer") : undefined)),
    );
    expect(answers).toEqual(refused.map(() => 403));
    expect(await loki.lines('{job="attack"}')).toEqual(["from app"]);
    // Grafana's own requests, as Explore and the dashboards send them.
    const range = `start=${Date.now() - 600_000}000000&end=${Date.now()}000000`;
    expect(await admin.status(`/api/datasources/uid/loki/resources/labels?${range}`)).toBe(200);
    const query = { refId: "A", datasource: { type: "loki", uid: "loki" }, expr: '{job="attack"}', queryType: "range" };
    const frames = await admin.json("/api/ds/query", { queries: [query], from: "now-10m", to: "now" });
    expect(JSON.stringify(frames)).toContain("from app");
  },
  TIMEOUT,
);

test(
  "slow and large requests of one client do not stop others",
  async () => {
    // Fifty requests whose bodies never end.
    project.write(
      "app",
      "/tmp/slow.py",
      `import socket, time
head = b"POST /loki/api/v1/push HTTP/1.1\\r\\nHost: loki\\r\\nContent-Type: application/json\\r\\nContent-Length: 1000000\\r\\n\\r\\n{"
sockets = [socket.create_connection(("${project.address("hub")}", 3100)) for _ in range(50)]
for each in sockets: each.sendall(head)
print("open", flush=True)
time.sleep(30)
`,
    );
    project.on("app", "systemd-run --quiet --unit=slow python3 /tmp/slow.py; sleep 1");
    const started = Date.now();
    for (let n = 0; n < 20; n += 1) await loki.push({ job: "others" }, [`line ${n}`]);
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(await loki.lines('{job="others"}')).toHaveLength(20);
    project.on("app", "systemctl stop slow");
    const url = `${project.url("hub", 3100)}/loki/api/v1/push`;
    const large = `head -c 20000000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' --data-binary @- ${url} || true`;
    expect(project.on("app", large)).toBe("413");
  },
  TIMEOUT,
);

test(
  "Prometheus scrapes Loki through the gateway, and the gateway",
  async () => {
    const prometheus = new PrometheusApi(project.url("hub", 9090));
    const up = 'count(up{job=~"loki|gateway",instance="hub"} == 1) or vector(0)';
    await until("both targets", 60, async () => (await prometheus.value(up)) === 2);
    const rejected = 'sum(caddy_http_request_duration_seconds_count{server="loki",code="403"}) or vector(0)';
    await until("the rejected requests", 60, async () => (await prometheus.value(rejected)) > 0);
    expect(await prometheus.value(rejected)).toBeGreaterThan(0);
  },
  TIMEOUT,
);

test(
  "a forced run changes nothing, and a change reloads the gateway without a restart",
  async () => {
    const started = (): string => project.on("hub", "systemctl show --property=MainPID --value gateway");
    const before = started();
    await project.succeed("play", ["gateway", "--force"]);
    expect(project.result("gateway").hub).toMatchObject({ touched: true, changed: 0 });
    project.on("hub", "sed -i s/16MB/8MB/ /etc/gateway/Caddyfile");
    await project.succeed("play", ["gateway", "--force"]);
    expect(project.on("hub", "grep -c 16MB /etc/gateway/Caddyfile")).toBe("1");
    expect(started()).toBe(before);
  },
  DEPLOY_TIMEOUT,
);
