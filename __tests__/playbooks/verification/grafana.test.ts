import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { JsonObject } from "../../../lib/dashboards/model";
import { removeFolders, temporaryFolder } from "../python";
import { checkSource, NO_ANSWER, runCheck, serve, UNREACHABLE } from "./check";

const PASSWORD = "s3cret";
const ANSWERS: Readonly<Record<string, readonly [number, unknown]>> = {
  "/api/health": [200, { version: "13.2.3", database: "ok" }],
  "/api/datasources": [
    200,
    [
      { uid: "prometheus", name: "Prometheus", url: "http://10.0.0.7:9090" },
      { uid: "loki", name: "Loki", url: "http://10.0.0.7:3100" },
      { uid: "alertmanager", name: "Alertmanager", url: "http://10.0.0.7:9093" },
    ],
  ],
  "/api/datasources/uid/prometheus/health": [200, { status: "OK", message: "Successfully queried" }],
  "/api/datasources/proxy/uid/loki/loki/api/v1/labels": [
    502,
    { message: "dial tcp 10.0.0.7:3100: connection refused" },
  ],
  "/api/datasources/proxy/uid/alertmanager/api/v2/status": [200, { cluster: { status: "ready" } }],
  "/api/search?type=dash-db&limit=5000": [
    200,
    [
      { uid: "a", title: "A", tags: ["other", "tags"] },
      { uid: "built-in", title: "Built-in", tags: ["cdktf-monitoring"] },
      { uid: "cdktf-monitoring-fleet", title: "Fleet", tags: [] },
    ],
  ],
  "/api/dashboards/uid/cdktf-monitoring-fleet": [
    200,
    {
      dashboard: {
        title: "Fleet",
        panels: [
          {
            title: "Servers",
            targets: ["cpu", "memory", "disk"].map((expr, index) => ({ refId: "ABC"[index], expr, format: "table" })),
            transformations: [
              { id: "merge", options: {} },
              {
                id: "organize",
                options: {
                  renameByName: {
                    instance: "Server",
                    "Value #A": "CPU",
                    "Value #B": "Memory",
                    "Value #C": "Fullest disk",
                  },
                },
              },
            ],
          },
        ],
      },
    },
  ],
  "/api/dashboards/uid/built-in": [
    200,
    {
      dashboard: {
        title: "Built-in",
        templating: { list: [{ name: "instance" }] },
        panels: [
          { type: "row", title: "Heading" },
          { title: "Busy", targets: [{ refId: "A", expr: 'busy{instance="$instance"}' }] },
          { title: "Odd", targets: [{ refId: "A", expr: "odd" }] },
        ],
      },
    },
  ],
};

let cpuQueries = 0;

/** The response of the query API: two servers are up, and one of them has a value in one panel. */
function answerTo(body: string): unknown {
  const frame = (labels: object, value: number | null) => ({
    schema: { fields: [{ name: "Time" }, { name: "Value", labels }] },
    data: { values: [[0], [value]] },
  });
  const of = (instances: readonly string[]): unknown => ({
    results: { A: { frames: instances.map((instance) => frame({ instance }, 1)) } },
  });
  if (body.includes("up{job")) return of(["hub", "app"]);
  // At first, the second server has only one scrape, so that its rate has no value.
  if (body.includes('"cpu"')) return of(cpuQueries++ === 0 ? ["hub"] : ["hub", "app"]);
  if (body.includes('"memory"') || body.includes('"disk"')) return of(["app", "hub"]);
  return { results: { A: { frames: [frame({}, body.includes('busy{instance=\\"app\\"}') ? 0 : null)] } } };
}

/** The result if the file on the server contains `password`. */
async function check(password: string): Promise<unknown> {
  const file = join(temporaryFolder(), "password");
  writeFileSync(file, `${password}\n`);
  const source = checkSource("grafana").replace("/var/lib/monitoring/grafana/admin_password", file);
  return serve(
    (request, response) => {
      const { url = "", headers } = request;
      const known = headers.authorization === `Basic ${btoa(`admin:${PASSWORD}`)}`;
      let sent = "";
      request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
      request.on("end", () => {
        const queried = url === "/api/ds/query" ? ([200, answerTo(sent)] as const) : undefined;
        const answer = queried ?? ANSWERS[url] ?? [404, {}];
        const [status, body] = known ? answer : [401, { message: "invalid username or password" }];
        response.writeHead(status).end(JSON.stringify(body));
      });
    },
    (url) => runCheck("grafana", [url], source),
  );
}

afterAll(removeFolders);

test("grafana.py prints data sources with their errors, dashboards, and the empty panels of built-in dashboards", async () => {
  expect(await check(PASSWORD)).toEqual({
    version: "13.2.3",
    sources: [
      { uid: "prometheus", name: "Prometheus", error: "" },
      { uid: "loki", name: "Loki", error: "dial tcp 10.0.0.7:3100: connection refused" },
      { uid: "alertmanager", name: "Alertmanager", error: "" },
    ],
    dashboards: [
      { uid: "a", title: "A" },
      { uid: "built-in", title: "Built-in" },
      { uid: "cdktf-monitoring-fleet", title: "Fleet" },
    ],
    shown: { cpu: ["app", "hub"], memory: ["app", "hub"], disk: ["app", "hub"] },
    panels: [
      { title: "Built-in", server: "app", panels: 2, empty: ["Odd"] },
      { title: "Built-in", server: "hub", panels: 2, empty: ["Busy", "Odd"] },
    ],
  });
});

test("grafana.py prints an error if somebody changed the password in Grafana", async () => {
  expect(await check("other")).toEqual({
    error: "the admin password on the server differs from the password in Grafana",
  });
});

test("grafana.py prints an error if Grafana does not answer", async () => {
  const file = join(temporaryFolder(), "password");
  writeFileSync(file, "any");
  const source = checkSource("grafana").replace("/var/lib/monitoring/grafana/admin_password", file);
  expect(await runCheck("grafana", [UNREACHABLE], source)).toEqual(NO_ANSWER);
});

test("grafana.py knows the columns of the built-in dashboard", () => {
  const [, columns = "{}"] = /^COLUMNS = (.*)$/m.exec(checkSource("grafana")) ?? [];
  const [, uid, table] = /^FLEET, TABLE = "(.*)", "(.*)"$/m.exec(checkSource("grafana")) ?? [];
  const fleet = Dashboard.fleet();
  const board = JSON.parse(fleet._json({ kinds: new Set(["prometheus"]), alerts: [] }) ?? "{}") as JsonObject;
  const panel = (board.panels as readonly JsonObject[]).find(({ title }) => title === table);
  const transformations = panel?.transformations as readonly { readonly id: string; readonly options: JsonObject }[];
  const names = transformations.find(({ id }) => id === "organize")?.options.renameByName ?? {};
  expect(fleet.uid).toBe(uid);
  expect(Object.values(names)).toEqual(
    expect.arrayContaining(Object.values(JSON.parse(columns) as Record<string, string>)),
  );
});
