import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dashboardsProblem } from "../../../lib/dashboards/dashboard-validation";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { Json, JsonObject } from "../../../lib/dashboards/model";

const folder = mkdtempSync(join(tmpdir(), "dashboards-"));
const path = join(folder, "shop.json");
const subject = { kinds: new Set(["prometheus"]), alerts: [] };

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fromText(text: string): Dashboard {
  writeFileSync(path, text);
  return Dashboard.fromFile(path);
}

function fromJson(json: unknown): Dashboard {
  return fromText(JSON.stringify(json));
}

function read(json: unknown): JsonObject {
  return JSON.parse(fromJson(json)._json(subject) ?? "") as JsonObject;
}

function withSource(datasource: unknown, more: object = {}): object {
  return { uid: "shop", title: "Shop", panels: [{ title: "Sales", datasource, targets: [] }], ...more };
}

function sourceOf(dashboard: JsonObject): Json | undefined {
  return (dashboard.panels as readonly JsonObject[])[0]?.datasource;
}

const PROMETHEUS = { type: "prometheus", uid: "prometheus" };

describe("Dashboard.fromFile", () => {
  test("removes the id of a dashboard, and keeps everything else", () => {
    const shop = { id: 17, uid: "shop", title: "Shop", panels: [], templating: { list: [] } };
    expect(fromJson(shop)).toMatchObject({ uid: "shop", title: "Shop" });
    expect(read(shop)).toEqual({ uid: "shop", title: "Shop", panels: [], templating: { list: [] } });
  });

  test("changes only data sources", () => {
    const safe = fc.jsonValue().filter((value) => !/datasource|\$\{|__proto__/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(safe, (options) => {
        const panels = [{ title: "P", options }];
        expect(read({ uid: "shop", title: "Shop", panels })).toEqual(
          JSON.parse(JSON.stringify({ uid: "shop", title: "Shop", panels })),
        );
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["nonsense", /dashboard .*shop\.json: the file is not JSON: /],
    ["[]", /the file is not a JSON object/],
    [
      '{"meta": {}, "dashboard": {"uid": "shop"}}',
      /a response of Grafana's API: keep only the value of its key "dashboard"/,
    ],
    ['{"apiVersion": "dashboard.grafana.app/v2", "spec": {}}', /newer resource model/],
    ['{"uid": "shop", "title": "Shop"}', /the file has no "panels", so it is not a dashboard/],
    ['{"uid": "../shop", "panels": []}', /the uid "\.\.\/shop" is invalid: use up to 40 letters/],
    [`{"uid": "${"x".repeat(41)}", "panels": []}`, /is invalid: use up to 40 letters/],
    ['{"uid": 5, "panels": []}', /the uid 5 is invalid/],
  ])("rejects %s", (text, problem) => {
    expect(() => fromText(text)).toThrow(problem);
  });

  test.each(["shop", "Shop_2", "-xyV8KCiz", "x".repeat(40)])("keeps the uid %s", (uid) => {
    expect(fromJson({ uid, panels: [] }).uid).toBe(uid);
  });

  test.each([
    ["web shop.json", "web-shop"],
    ["_shop.v2.json", "_shop-v2"],
    ["(shop).json", "shop"],
    [`${"x".repeat(50)}.json`, "x".repeat(40)],
  ])("takes the uid of a dashboard without one from the name of the file %s", (name, uid) => {
    for (const missing of [undefined, null, ""]) {
      writeFileSync(join(folder, name), JSON.stringify({ uid: missing, panels: [] }));
      expect(Dashboard.fromFile(join(folder, name))).toMatchObject({ uid, title: uid });
    }
  });

  test("rejects a dashboard without a uid in a file whose name has no letter or digit", () => {
    writeFileSync(join(folder, "!.json"), '{"panels": []}');
    expect(() => Dashboard.fromFile(join(folder, "!.json"))).toThrow(
      'the dashboard has no uid: add one, such as "uid": "our-shop"',
    );
  });

  test("accepts the rows of Grafana 4, and replaces their data sources", () => {
    const rows = [{ panels: [{ title: "Sales", datasource: "Prometheus", targets: [{ expr: "up" }] }] }];
    expect(read({ uid: "shop", title: "Shop", rows })).toEqual({
      uid: "shop",
      title: "Shop",
      rows: [{ panels: [{ title: "Sales", datasource: PROMETHEUS, targets: [{ expr: "up" }] }] }],
    });
  });

  test("names a missing file", () => {
    expect(() => Dashboard.fromFile("/nowhere.json")).toThrow(/dashboard \/nowhere\.json: .*ENOENT/);
  });
});

describe("the data sources of a file", () => {
  const inputOf = (type: string) => ({
    __inputs: [{ name: "DS_X", type: "datasource", pluginId: type }],
    __requires: [{ type: "grafana", id: "grafana" }],
  });

  test.each(["prometheus", "alertmanager", "loki"])(
    "are replaced by the built-in ones of the same type: %s",
    (type) => {
      const dashboard = read(withSource({ type, uid: "${DS_X}" }, inputOf(type)));
      expect(sourceOf(dashboard)).toEqual({ type, uid: type });
      expect(dashboard).not.toHaveProperty("__inputs");
      expect(dashboard).not.toHaveProperty("__requires");
    },
  );

  test("are replaced in old exports that contain names", () => {
    expect(sourceOf(read(withSource("${DS_X}", inputOf("prometheus"))))).toEqual(PROMETHEUS);
    expect(sourceOf(read(withSource("Prometheus")))).toEqual(PROMETHEUS);
  });

  test("are rejected if no built-in data source has their type", () => {
    expect(() => read(withSource("${DS_X}", inputOf("mysql")))).toThrow(
      /the input DS_X needs a data source of type "mysql": use one of "prometheus", "alertmanager", "loki", or keep it with Dashboard.fromFile\(path, { unchecked: true }\)/,
    );
  });

  test.each([
    ["a uid of another Grafana", { type: "prometheus", uid: "P1809F7CD0C75ACF3" }, "prometheus"],
    ["an input that is not listed", { type: "loki", uid: "${DS_LOKI}" }, "loki"],
    ["an input with a hyphen that is not listed", "${DS_OUR-PROMETHEUS}", "prometheus"],
    ["no uid", { type: "prometheus" }, "prometheus"],
    ["a name that contains a type", "Prometheus-prod", "prometheus"],
    ["a uid that contains a type", { uid: "grafanacloud-acme-loki" }, "loki"],
    ["the default", "default", "prometheus"],
    ["the default with a type", { type: "prometheus", uid: "default" }, "prometheus"],
    ["nothing", {}, "prometheus"],
  ])("are replaced if the type is known: %s", (_how, datasource, type) => {
    expect(sourceOf(read(withSource(datasource)))).toEqual({ type, uid: type });
  });

  test.each([
    ["a panel", { panels: [{ datasource: "Metrics", targets: [{ expr: "up" }] }] }],
    ["a query", { panels: [{ targets: [{ datasource: "Metrics", expr: "up" }] }] }],
    [
      "a variable",
      { templating: { list: [{ type: "query", datasource: "Metrics", query: "label_values(up, job)" }] } },
    ],
    ["an annotation", { annotations: { list: [{ datasource: "Metrics", expr: "up" }] } }],
  ])("are replaced with Prometheus everywhere if %s sends PromQL to the name", (_who, more) => {
    const other = [{ title: "Empty", datasource: "Metrics" }];
    const dashboard = read({ uid: "shop", title: "Shop", panels: other, ...more });
    expect(JSON.stringify(dashboard)).not.toContain("Metrics");
    expect(JSON.stringify(dashboard)).toContain(JSON.stringify(PROMETHEUS));
  });

  test("are removed from rows and from variables that query nothing", () => {
    const dashboard = read({
      uid: "shop",
      title: "Shop",
      panels: [{ type: "row", datasource: "Old", title: "R" }],
      templating: { list: [{ type: "interval", name: "window", datasource: "Old", query: "1m,5m" }] },
    });
    expect(dashboard.panels).toEqual([{ type: "row", title: "R" }]);
    expect(dashboard.templating).toEqual({ list: [{ type: "interval", name: "window", query: "1m,5m" }] });
  });

  test("are rejected if they have another type, or if nothing tells their type", () => {
    const remedy =
      'use one of "prometheus", "alertmanager", "loki", or keep it with Dashboard.fromFile(path, { unchecked';
    expect(() => read(withSource({ type: "influxdb", uid: "P1809" }))).toThrow(
      `the data source "P1809" of type "influxdb" does not exist: ${remedy}`,
    );
    expect(() => read(withSource("Sales"))).toThrow(`the data source "Sales" does not exist: ${remedy}`);
    const templating = { list: [{ type: "datasource", name: "source", query: "influxdb" }] };
    expect(() => read(withSource("$source", { templating }))).toThrow(
      `the variable "source" selects data sources of type "influxdb": ${remedy}`,
    );
  });

  test("are kept in an unchecked dashboard if they have another type", () => {
    const influx = { type: "influxdb", uid: "P1809" };
    writeFileSync(
      path,
      JSON.stringify({
        ...withSource(influx, { templating: { list: [{ type: "datasource", name: "s", query: "mysql" }] } }),
        __inputs: [{ name: "DS_X", type: "datasource", pluginId: "mysql" }],
        annotations: { list: [{ datasource: { type: "prometheus", uid: "other" } }, { datasource: "${DS_X}" }] },
      }),
    );
    const dashboard = JSON.parse(Dashboard.fromFile(path, { unchecked: true })._json(subject) ?? "") as JsonObject;
    expect(sourceOf(dashboard)).toEqual(influx);
    expect(dashboard.annotations).toEqual({ list: [{ datasource: PROMETHEUS }, { datasource: "${DS_X}" }] });
  });

  test.each([
    [undefined],
    [null],
    [{ type: "datasource", uid: "-- Mixed --" }],
    [{ type: "datasource", uid: "grafana" }],
    [{ type: "__expr__", uid: "__expr__" }],
    ["-- Grafana --"],
    [PROMETHEUS],
  ])("can be %j", (datasource) => {
    expect(sourceOf(read(withSource(datasource)))).toEqual(datasource);
  });

  test.each(["$source", "${source}", "${source:text}"])("can be selected by the variable %s", (uid) => {
    const templating = { list: [{ type: "datasource", name: "source", query: "prometheus" }] };
    const reference = { type: "prometheus", uid };
    for (const form of [reference, { uid }, uid])
      expect(sourceOf(read(withSource(form, { templating })))).toEqual(reference);
  });

  test("can be selected by a variable whose filter names data sources of another Grafana", () => {
    const variable = { type: "datasource", name: "source", query: "prometheus", regex: "/^prod-/" };
    expect(read(withSource("$source", { templating: { list: [variable] } })).templating).toEqual({
      list: [{ ...variable, regex: "" }],
    });
  });

  test("are replaced in all queries, annotations and variables", () => {
    const reference = { type: "prometheus", uid: "${DS_X}" };
    const dashboard = read({
      ...withSource(reference, inputOf("prometheus")),
      annotations: { list: [{ name: "a", datasource: reference }] },
      templating: { list: [{ type: "query", name: "v", datasource: reference }] },
    });
    expect(JSON.stringify(dashboard)).not.toContain("DS_X");
  });

  test("can be listed with constants, which get their default values", () => {
    const input = { name: "VAR_JOB", type: "constant", value: "node" };
    const panels = [{ title: "P", targets: [{ expr: 'up{job="${VAR_JOB}"}' }] }];
    expect(JSON.stringify(read({ uid: "shop", panels, __inputs: [input] }))).toContain('up{job=\\"node\\"}');
  });
});

describe("Dashboard.fromGrafanaCom", () => {
  test("has a uid with the number, and no JSON at synthesis", () => {
    const dashboard = Dashboard.fromGrafanaCom(1860, 45);
    expect(dashboard).toMatchObject({ uid: "grafana-com-1860", _provided: { download: { id: 1860, revision: 45 } } });
    expect(dashboard._json(subject)).toBeUndefined();
  });

  test("rejects a collector that does not exist", () => {
    expect(() => Dashboard.fromGrafanaCom(1860, 45, { collectors: ["tcpstat", "proceses"] })).toThrow(
      'Dashboard.fromGrafanaCom: "proceses" is not a collector of node exporter: did you mean processes?',
    );
  });

  test.each([
    [0, 1, "id 0 is not an integer greater than 0"],
    [1860, 1.5, "revision 1.5 is not an integer greater than 0"],
    [Number.NaN, 1, "id NaN is not an integer greater than 0"],
  ])("rejects dashboard %d in revision %d", (id, revision, problem) => {
    expect(() => Dashboard.fromGrafanaCom(id, revision)).toThrow(problem);
  });
});

describe("dashboardsProblem", () => {
  test("accepts the built-in dashboards", () => {
    const builtIn = [Dashboard.fleet(), Dashboard.server(), Dashboard.monitoring(), Dashboard.fromGrafanaCom(1860, 45)];
    expect(dashboardsProblem(builtIn, subject, ["prometheus"])).toBeUndefined();
  });

  test("rejects two dashboards with the same uid", () => {
    const [first, second] = [
      fromJson({ uid: "shop", title: "Shop", panels: [] }),
      fromJson({ uid: "shop", title: "Store", panels: [] }),
    ];
    expect(dashboardsProblem([first, second], subject, [])).toBe(
      'the dashboards "Shop" and "Store" have the same uid "shop": change one of them',
    );
  });

  test("rejects two revisions of one dashboard", () => {
    const both = [Dashboard.fromGrafanaCom(1860, 44), Dashboard.fromGrafanaCom(1860, 45)];
    expect(dashboardsProblem(both, subject, [])).toContain('have the same uid "grafana-com-1860"');
  });

  test("rejects a dashboard that queries a component that is not placed", () => {
    const logs = fromJson(withSource({ type: "loki", uid: "loki" }));
    expect(dashboardsProblem([logs], subject, ["prometheus"])).toContain('"Shop" uses the data source "loki"');
    expect(dashboardsProblem([logs], subject, ["prometheus", "loki"])).toBeUndefined();
    const templating = { list: [{ type: "datasource", name: "source", query: "loki" }] };
    const selected = fromJson(withSource("$source", { templating }));
    expect(dashboardsProblem([selected], subject, ["prometheus"])).toContain('"Shop" uses the data source "loki"');
    const unchecked = Dashboard.fromFile(path, { unchecked: true });
    expect(dashboardsProblem([unchecked], subject, ["prometheus"])).toBeUndefined();
  });
});
