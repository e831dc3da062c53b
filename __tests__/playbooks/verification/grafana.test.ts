import { writeFileSync } from "node:fs";
import { IncomingMessage } from "node:http";
import { join } from "node:path";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { JsonObject } from "../../../lib/dashboards/model";
import { removeFolders, temporaryFolder } from "../python";
import { checkSource, NO_ANSWER, runCheck, serve, UNREACHABLE } from "./check";

const PASSWORD = "s3cret";
const FLEET = {
  uid: "cdktf-monitoring-fleet",
  title: "Fleet",
  panels: [
    {
      title: "Servers",
      datasource: { type: "prometheus", uid: "prometheus" },
      targets: ["cpu", "memory", "disk"].map((expr, index) => ({ refId: "ABC"[index], expr, format: "table" })),
      transformations: [
        { id: "merge", options: {} },
        {
          id: "organize",
          options: {
            renameByName: { instance: "Server", "Value #A": "CPU", "Value #B": "Memory", "Value #C": "Fullest disk" },
          },
        },
      ],
    },
  ],
};

/** A dashboard. */
interface Board {
  readonly uid: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly panels: readonly object[];
  readonly templating?: object;
}

/** A simulated Grafana. */
interface Simulation {
  /** The dashboards, with their tags. */
  readonly boards?: readonly Board[];
  /** The value of a query: null for a query without a value, text for an error. Called again for each request. */
  readonly value?: (expr: string, source: string) => number | null | string;
  /** The servers with a CPU usage, for each request; the last ones stay. */
  readonly cpu?: readonly (readonly string[])[];
  /** The errors of the data source Loki, for each request; the last one stays. */
  readonly lokiErrors?: readonly string[];
  /** The longest waiting time in seconds. @default 0.5 */
  readonly wait?: number;
  /** Prometheus' syntax trees of queries. */
  readonly trees?: Readonly<Record<string, unknown>>;
}

/** The result of a check, as far as the tests use it. */
interface Result {
  readonly sources: readonly { readonly uid: string; readonly error: string }[];
  readonly shown: Readonly<Record<string, readonly string[]>>;
  readonly panels: readonly Readonly<Record<string, unknown>>[];
}

const HEALTHY = "OK";
const take = <T>(values: T[]): T | undefined => (values.length > 1 ? values.shift() : values[0]);
const frame = (labels: object, value: number | null): unknown => ({
  schema: { fields: [{ name: "Time" }, { name: "Value", labels }] },
  data: { values: [[0], [value]] },
});

function listener({ boards = [], value = () => 1, cpu = [], lokiErrors = [HEALTHY], trees = {} }: Simulation) {
  const [cpuLeft, lokiLeft] = [[...cpu], [...lokiErrors]];
  const all: readonly Board[] = [FLEET, ...boards];
  const sources = ["prometheus", "loki", "alertmanager"].map((uid) => ({
    uid,
    name: `${uid[0]?.toUpperCase() ?? ""}${uid.slice(1)}`,
    type: uid,
    isDefault: uid === "prometheus",
  }));
  const frames = (expr: string, source: string): object => {
    const of = (servers: readonly string[]): object => ({ frames: servers.map((instance) => frame({ instance }, 1)) });
    if (expr.startsWith("up{job")) return of(["hub", "app"]);
    if (expr === "cpu") return of(take(cpuLeft) ?? ["hub", "app"]);
    if (["memory", "disk"].includes(expr)) return of(["app", "hub"]);
    const found = value(expr, source);
    return typeof found === "string" ? { error: found } : { frames: [frame({}, found)] };
  };
  const answer = (url: URL, body: string): readonly [number, unknown] => {
    const path = url.pathname;
    const proxied = /^\/api\/datasources\/proxy\/uid\/(\w+)(\/.*)$/.exec(path);
    if (path === "/api/health") return [200, { version: "13.2.3", database: "ok" }];
    if (path === "/api/datasources") return [200, sources];
    if (path === "/api/datasources/uid/prometheus/health") return [200, { status: "OK" }];
    if (path === "/api/search") return [200, all.map(({ uid, title, tags = [] }) => ({ uid, title, tags }))];
    if (path.startsWith("/api/dashboards/uid/"))
      return [200, { dashboard: all.find(({ uid }) => path.endsWith(`/${uid}`)) }];
    if (path === "/api/ds/query") {
      const { queries } = JSON.parse(body) as {
        queries: { refId: string; expr: string; datasource: { uid: string } }[];
      };
      return [
        200,
        { results: Object.fromEntries(queries.map((each) => [each.refId, frames(each.expr, each.datasource.uid)])) },
      ];
    }
    if (proxied?.[2] === "/api/v2/status") return [200, { cluster: { status: "ready" } }];
    if (proxied?.[2] === "/loki/api/v1/labels") {
      const error = take(lokiLeft);
      return error === HEALTHY ? [200, { data: [] }] : [502, { message: error }];
    }
    if (proxied?.[2] === "/api/v1/parse_query")
      return [200, { data: trees[url.searchParams.get("query") ?? ""] ?? {} }];
    if (proxied?.[2] === "/api/v1/label/job/values") return [200, { data: ["node", "loki"] }];
    return [404, { message: path }];
  };
  return async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    if (request.headers.authorization !== `Basic ${btoa(`admin:${PASSWORD}`)}`)
      return [401, { message: "invalid username or password" }];
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    return answer(new URL(request.url ?? "", "http://grafana"), body);
  };
}

/** The result if the file on the server contains a password. Pauses are shortened. */
async function check(simulation: Simulation = {}, password = PASSWORD): Promise<Result> {
  const file = join(temporaryFolder(), "password");
  writeFileSync(file, `${password}\n`);
  const source = checkSource("grafana")
    .replace("/var/lib/monitoring/grafana/admin_password", file)
    .replace(/^WAIT = .*$/m, `WAIT = ${simulation.wait ?? 0.5}`)
    .replaceAll(", end, 2)", ", end, 0.1)");
  const respond = listener(simulation);
  return (await serve(
    (request, response) => {
      void respond(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
    },
    (url) => runCheck("grafana", [url, "hub", "monitoring", 2], source),
  )) as Result;
}

const builtIn = (panels: readonly object[], more: Partial<Board> = {}): Board => ({
  uid: "built-in",
  title: "Built-in",
  tags: ["other", "cdktf-monitoring"],
  panels,
  ...more,
});
const panel = (title: string, expr: string, uid = "prometheus"): object => ({
  title,
  datasource: { type: uid, uid },
  targets: [{ refId: "A", expr }],
});
/** The empty panels of the dashboard "Built-in". */
const emptyPanels = ({ panels }: Result): unknown => panels.find(({ title }) => title === "Built-in")?.empty;
/** The syntax tree of a selector. */
const selector = (name: string, labels: Readonly<Record<string, string>> = {}, range?: number): object => ({
  type: range === undefined ? "vectorSelector" : "matrixSelector",
  name,
  matchers: Object.entries(labels).map(([label, value]) => ({ name: label, type: "=", value })),
  offset: 0,
  range,
});

afterAll(removeFolders);

describe("grafana.py", () => {
  it("prints data sources, dashboards and the servers that the table of servers shows", async () => {
    expect(await check()).toEqual({
      version: "13.2.3",
      sources: [
        { uid: "prometheus", name: "Prometheus", error: "" },
        { uid: "loki", name: "Loki", error: "" },
        { uid: "alertmanager", name: "Alertmanager", error: "" },
      ],
      dashboards: [{ uid: "cdktf-monitoring-fleet", title: "Fleet" }],
      shown: { cpu: ["app", "hub"], memory: ["app", "hub"], disk: ["app", "hub"] },
      panels: [{ title: "Fleet", builtIn: false, server: null, panels: 1, empty: [], skipped: [] }],
    });
  });

  it("waits for data sources of components that have just moved", async () => {
    expect((await check({ lokiErrors: ["empty ring", HEALTHY], wait: 20 })).sources[1]).toMatchObject({
      uid: "loki",
      error: "",
    });
  });

  it("does not query panels whose data source does not answer", async () => {
    const down = await check({
      lokiErrors: ["connection refused"],
      boards: [builtIn([panel("Lines", '{job="x"}', "loki")])],
    });
    expect(down.sources[1]).toMatchObject({ uid: "loki", error: "connection refused" });
    expect(emptyPanels(down)).toEqual([
      { title: "Lines", reason: "the data source Loki does not answer", failed: false },
    ]);
  });

  it("waits until the table shows all servers, including those that Prometheus has not scraped yet", async () => {
    const { shown } = await check({ cpu: [[], ["hub"], ["hub", "app"]], wait: 20 });
    expect(shown.cpu).toEqual(["app", "hub"]);
  });

  it("queries the panels of a dashboard with the values of all its variables", async () => {
    const queries = new Set<string>();
    const templating = {
      list: [
        {
          name: "job",
          type: "query",
          datasource: { uid: "prometheus" },
          query: { query: "label_values(up, job)" },
          includeAll: true,
          multi: true,
        },
      ],
    };
    const { panels } = await check({
      boards: [builtIn([panel("Lines", 'rate(x{job=~"$job"}[$__rate_interval])')], { templating })],
      value: (expr) => {
        queries.add(expr);
        return 1;
      },
    });
    expect(queries).toEqual(new Set(['rate(x{job=~"(node|loki)"}[$__rate_interval])']));
    expect(panels[0]).toEqual({ title: "Built-in", builtIn: true, server: null, panels: 1, empty: [], skipped: [] });
  });

  it("queries the panels for each server that is up if a dashboard shows one selected server", async () => {
    const templating = { list: [{ name: "instance", type: "query", query: "label_values(up, instance)" }] };
    const { panels } = await check({
      boards: [builtIn([panel("Busy", 'busy{instance="$instance"}')], { templating })],
      value: (expr) => (expr.includes("app") ? 1 : null),
    });
    expect(panels.slice(0, 2)).toMatchObject([
      { server: "app", empty: [] },
      { server: "hub", empty: [{ title: "Busy" }] },
    ]);
  });

  it.each([
    [
      "a metric that the server lacks",
      selector("wifi", { instance: "hub" }),
      {},
      { reason: "the metric wifi does not exist on hub", failed: false },
    ],
    [
      "a condition that no series has",
      selector("units", { state: "failed" }),
      { "count(units{})": 1 },
      { reason: 'no series of units has state="failed"', failed: false },
    ],
    [
      "another job",
      selector("up", { job: "nodes" }),
      { "count(up{})": 1 },
      { reason: "no series of up has job=nodes", failed: true },
    ],
    [
      "too few samples",
      selector("requests", {}, 60000),
      { "count(requests{})": 1 },
      { reason: "the series of requests have too few samples", failed: false },
    ],
    [
      "a comparison",
      { type: "binaryExpr", op: ">", bool: false, lhs: selector("requests") },
      { "count(requests{} offset 72000ms)": 1 },
      { reason: "no series meets the condition of the query", failed: false },
    ],
    [
      "a result without a reason",
      { type: "binaryExpr", op: "/", bool: false, lhs: selector("requests") },
      { "count(requests{} offset 72000ms)": 1 },
      { reason: "the query returns nothing, although its series exist and it has no condition", failed: true },
    ],
  ])(
    "prints the reason why a panel is empty: %s",
    async (_, tree, values: Readonly<Record<string, number>>, expected) => {
      const result = await check({
        boards: [builtIn([panel("P", "the query")])],
        trees: { "the query": tree },
        value: (expr) => values[expr] ?? null,
      });
      expect(emptyPanels(result)).toEqual([{ title: "P", ...expected }]);
    },
  );

  it.each([
    ["no lines", '{job="x"}', {}, { reason: "no log line in the time range", failed: false }],
    [
      "a filter",
      '{job="x"} |= "y"',
      { 'sum(count_over_time({job="x"}[3456s] offset 72s))': 3 },
      { reason: "no log line matches", failed: false },
    ],
    [
      "a result without a reason",
      'sum(rate({job="x"} | json [5m]))',
      { 'sum(count_over_time({job="x"}[3456s] offset 72s))': 3 },
      {
        reason: "the query returns nothing, although its log streams have lines and it has no filter",
        failed: true,
      },
    ],
  ])(
    "prints the reason why a log panel is empty: %s",
    async (_, query, values: Readonly<Record<string, number>>, expected) => {
      const result = await check({
        boards: [builtIn([panel("P", query, "loki")])],
        value: (expr) => values[expr] ?? null,
      });
      expect(emptyPanels(result)).toEqual([{ title: "P", ...expected }]);
    },
  );

  it.each([
    ["waits for more samples", { type: "call", func: { name: "rate" }, args: [selector("m", {}, 60000)] }, 3],
    ["does not wait for a condition", { type: "binaryExpr", op: ">", bool: false, lhs: selector("m", {}, 60000) }, 1],
  ])("%s if the series of a query are new", async (_, tree, expected) => {
    let requests = 0;
    await check({
      boards: [builtIn([panel("P", "the query")])],
      trees: { "the query": tree },
      value: (expr) => {
        if (expr === "count(m{})") return 1;
        if (expr !== "the query") return null;
        requests += 1;
        return requests === 3 ? 1 : null;
      },
      wait: 5,
    });
    expect(requests).toBe(expected);
  });

  it("names a variable without a value in the query of an empty panel", async () => {
    const templating = { list: [{ name: "device", type: "custom", query: "" }] };
    const result = await check({
      boards: [builtIn([panel("P", 'x{device="$device"}')], { templating })],
      value: () => null,
    });
    expect(emptyPanels(result)).toEqual([{ title: "P", reason: "the variable device has no value", failed: false }]);
  });

  it("prints the error of a query after a waiting time", async () => {
    const errors = ["too many outstanding requests", 1];
    const recovered = await check({ boards: [builtIn([panel("P", "x")])], value: () => errors.shift() ?? 1, wait: 20 });
    expect(emptyPanels(recovered)).toEqual([]);
    const failing = await check({ boards: [builtIn([panel("P", "x")])], value: () => "bad\nmore" });
    expect(emptyPanels(failing)).toEqual([{ title: "P", reason: "query error: bad", failed: true }]);
    const long = await check({ boards: [builtIn([panel("P", "x")])], value: () => "x".repeat(500) });
    expect(emptyPanels(long)).toEqual([{ title: "P", reason: `query error: ${"x".repeat(200)}…`, failed: true }]);
  });

  it("lists user-provided dashboards and the panels that it does not query", async () => {
    const board = {
      uid: "shop",
      title: "Shop",
      panels: [panel("Sold", "sold"), { title: "L", libraryPanel: { uid: "l" } }],
    };
    const { panels } = await check({ boards: [board], value: () => "unknown function" });
    expect(panels.find(({ title }) => title === "Shop")).toEqual({
      title: "Shop",
      builtIn: false,
      server: null,
      panels: 1,
      empty: [{ title: "Sold", reason: "query error: unknown function", failed: true }],
      skipped: [{ title: "L", reason: "library panels are not queried" }],
    });
  });

  it.each<[string, Partial<Board>]>([
    [
      "a variable with an invalid regular expression",
      {
        templating: {
          list: [
            { name: "x", type: "custom", query: "a" },
            { name: "y", type: "query", query: "label_values(job)", regex: "/(/" },
          ],
        },
      },
    ],
    ["variables that are no list", { templating: { list: [3] } }],
    ["a panel without points", { panels: [{ ...panel("P", "x"), maxDataPoints: "0" }] }],
  ])("does not query a malformed dashboard: %s", async (_, part) => {
    const { panels } = await check({ boards: [{ uid: "odd", title: "Odd", panels: [panel("P", "x")], ...part }] });
    expect(panels.find(({ title }) => title === "Odd")).toMatchObject({
      panels: 0,
      skipped: [{ title: "Odd", reason: expect.stringMatching(/^the dashboard is malformed: /) as string }],
    });
  });

  it("prints an error if somebody changed the password in Grafana", async () => {
    expect(await check({}, "other")).toEqual({
      error: "the admin password on the server differs from the password in Grafana",
    });
  });

  it("prints an error if Grafana does not answer", async () => {
    const file = join(temporaryFolder(), "password");
    writeFileSync(file, "any");
    const source = checkSource("grafana").replace("/var/lib/monitoring/grafana/admin_password", file);
    expect(await runCheck("grafana", [UNREACHABLE, "hub", "monitoring", 2], source)).toEqual(NO_ANSWER);
  });

  it("knows the columns of the built-in dashboard", () => {
    const [, columns = "{}"] = /^COLUMNS = (.*)$/m.exec(checkSource("grafana")) ?? [];
    const [, uid, table] = /^FLEET, TABLE = "(.*)", "(.*)"$/m.exec(checkSource("grafana")) ?? [];
    const fleet = Dashboard.fleet();
    const board = JSON.parse(fleet._json({ kinds: new Set(["prometheus"]), alerts: [] }) ?? "{}") as JsonObject;
    const found = (board.panels as readonly JsonObject[]).find(({ title }) => title === table);
    const transformations = found?.transformations as readonly { readonly id: string; readonly options: JsonObject }[];
    const names = transformations.find(({ id }) => id === "organize")?.options.renameByName ?? {};
    expect(fleet.uid).toBe(uid);
    expect(Object.values(names)).toEqual(
      expect.arrayContaining(Object.values(JSON.parse(columns) as Record<string, string>)),
    );
  });
});
