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
    ['{"uid": "shop", "rows": []}', /the dashboard has no "panels"/],
    ['{"title": "Shop", "panels": []}', /the dashboard has no uid: add one, such as "uid": "our-shop"/],
    ['{"uid": "", "panels": []}', /the dashboard has no uid/],
    ['{"uid": "../shop", "panels": []}', /the uid "\.\.\/shop" is invalid: use up to 40 letters/],
    [`{"uid": "${"x".repeat(41)}", "panels": []}`, /is invalid: use up to 40 letters/],
    ['{"uid": 5, "panels": []}', /the uid 5 is invalid/],
  ])("rejects %s", (text, problem) => {
    expect(() => fromText(text)).toThrow(problem);
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
      /the input DS_X needs a data source of type "mysql": use one of "prometheus", "alertmanager", "loki"/,
    );
  });

  test("are rejected if they are not built-in", () => {
    expect(() => read(withSource({ type: "prometheus", uid: "P1809F7CD0C75ACF3" }))).toThrow(
      /the data source "P1809F7CD0C75ACF3" of type "prometheus" does not exist: use one of .*"for sharing externally"/,
    );
    expect(() => read(withSource("Our old Prometheus"))).toThrow(/the data source "Our old Prometheus" does not exist/);
    expect(() => read(withSource("${DS_UNASKED}"))).toThrow(/the data source "\$\{DS_UNASKED\}" does not exist/);
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
    expect(sourceOf(read(withSource(reference, { templating })))).toEqual(reference);
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
    expect(dashboard).toMatchObject({ uid: "grafana-com-1860", _download: { id: 1860, revision: 45 } });
    expect(dashboard._json(subject)).toBeUndefined();
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
  });
});
