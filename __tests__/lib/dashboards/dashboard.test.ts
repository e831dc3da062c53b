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

describe("fromFile", () => {
  test("takes a dashboard as it is, but for its number", () => {
    const shop = { id: 17, uid: "shop", title: "Shop", panels: [], templating: { list: [] } };
    expect(fromJson(shop)).toMatchObject({ uid: "shop", title: "Shop" });
    expect(read(shop)).toEqual({ uid: "shop", title: "Shop", panels: [], templating: { list: [] } });
  });

  test("changes nothing in what has nothing to do with data sources", () => {
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
    ["nonsense", /shop\.json: it is no JSON \(/],
    ["[]", /it is no JSON object/],
    ['{"meta": {}, "dashboard": {"uid": "shop"}}', /what Grafana's API answers: take what is in its "dashboard"/],
    ['{"apiVersion": "dashboard.grafana.app/v2", "spec": {}}', /newer resource model/],
    ['{"uid": "shop", "rows": []}', /it has no "panels"/],
    ['{"title": "Shop", "panels": []}', /it has no uid: give it one, such as "uid": "our-shop"/],
    ['{"uid": "", "panels": []}', /it has no uid/],
    ['{"uid": "../shop", "panels": []}', /its uid, "\.\.\/shop", is not up to 40 letters/],
    [`{"uid": "${"x".repeat(41)}", "panels": []}`, /is not up to 40 letters/],
    ['{"uid": 5, "panels": []}', /its uid, 5, is not/],
  ])("refuses %s", (text, problem) => {
    expect(() => fromText(text)).toThrow(problem);
  });

  test("names a file that is not there", () => {
    expect(() => Dashboard.fromFile("/nowhere.json")).toThrow(/the dashboard \/nowhere\.json: .*ENOENT/);
  });
});

describe("data sources of a file", () => {
  const asked = (type: string) => ({
    __inputs: [{ name: "DS_X", type: "datasource", pluginId: type }],
    __requires: [{ type: "grafana", id: "grafana" }],
  });

  test.each(["prometheus", "alertmanager", "loki"])("that the export asks for are answered with ours: %s", (type) => {
    const dashboard = read(withSource({ type, uid: "${DS_X}" }, asked(type)));
    expect(sourceOf(dashboard)).toEqual({ type, uid: type });
    expect(dashboard).not.toHaveProperty("__inputs");
    expect(dashboard).not.toHaveProperty("__requires");
  });

  test("that old exports ask for by name are, too", () => {
    expect(sourceOf(read(withSource("${DS_X}", asked("prometheus"))))).toEqual(PROMETHEUS);
    expect(sourceOf(read(withSource("Prometheus")))).toEqual(PROMETHEUS);
  });

  test("of a type that there is none of are refused", () => {
    expect(() => read(withSource("${DS_X}", asked("mysql")))).toThrow(
      /its input DS_X wants a data source of the type "mysql": there are "prometheus", "alertmanager", "loki"/,
    );
  });

  test("that are somebody else's are refused", () => {
    expect(() => read(withSource({ type: "prometheus", uid: "P1809F7CD0C75ACF3" }))).toThrow(
      /it names the data source "P1809F7CD0C75ACF3" \(of the type "prometheus"\): there are .*export it "for sharing externally"/,
    );
    expect(() => read(withSource("Our old Prometheus"))).toThrow(/it names the data source "Our old Prometheus":/);
    expect(() => read(withSource("${DS_UNASKED}"))).toThrow(/it names the data source "\$\{DS_UNASKED\}":/);
  });

  test.each([
    [undefined],
    [null],
    [{ type: "datasource", uid: "-- Mixed --" }],
    [{ type: "datasource", uid: "grafana" }],
    [{ type: "__expr__", uid: "__expr__" }],
    ["-- Grafana --"],
    [PROMETHEUS],
  ])("may be %j", (datasource) => {
    expect(sourceOf(read(withSource(datasource)))).toEqual(datasource);
  });

  test.each(["$source", "${source}", "${source:text}"])("may be chosen by people, by %s", (uid) => {
    const templating = { list: [{ type: "datasource", name: "source", query: "prometheus" }] };
    const reference = { type: "prometheus", uid };
    expect(sourceOf(read(withSource(reference, { templating })))).toEqual(reference);
  });

  test("are replaced in all queries, annotations and variables", () => {
    const reference = { type: "prometheus", uid: "${DS_X}" };
    const dashboard = read({
      ...withSource(reference, asked("prometheus")),
      annotations: { list: [{ name: "a", datasource: reference }] },
      templating: { list: [{ type: "query", name: "v", datasource: reference }] },
    });
    expect(JSON.stringify(dashboard)).not.toContain("DS_X");
  });

  test("and constants that the export proposes", () => {
    const input = { name: "VAR_JOB", type: "constant", value: "node" };
    const panels = [{ title: "P", targets: [{ expr: 'up{job="${VAR_JOB}"}' }] }];
    expect(JSON.stringify(read({ uid: "shop", panels, __inputs: [input] }))).toContain('up{job=\\"node\\"}');
  });
});

describe("fromGrafanaCom", () => {
  test("is known by its number, and has no text yet", () => {
    const dashboard = Dashboard.fromGrafanaCom(1860, 45);
    expect(dashboard).toMatchObject({ uid: "grafana-com-1860", download: { id: 1860, revision: 45 } });
    expect(dashboard._json(subject)).toBeUndefined();
  });

  test.each([
    [0, 1, "the id is a whole number from 1"],
    [1860, 1.5, "the revision is a whole number from 1"],
    [Number.NaN, 1, "got NaN"],
  ])("refuses %d in revision %d", (id, revision, problem) => {
    expect(() => Dashboard.fromGrafanaCom(id, revision)).toThrow(problem);
  });
});

describe("dashboardsProblem", () => {
  test("finds none in our own", () => {
    const own = [Dashboard.fleet(), Dashboard.server(), Dashboard.monitoring(), Dashboard.fromGrafanaCom(1860, 45)];
    expect(dashboardsProblem(own, subject, ["prometheus"])).toBeUndefined();
  });

  test("finds two of one uid", () => {
    const [first, second] = [
      fromJson({ uid: "shop", title: "Shop", panels: [] }),
      fromJson({ uid: "shop", title: "Store", panels: [] }),
    ];
    expect(dashboardsProblem([first, second], subject, [])).toBe(
      'the dashboards "Shop" and "Store" have one uid, "shop": give one of them another',
    );
  });

  test("finds two revisions of one", () => {
    const both = [Dashboard.fromGrafanaCom(1860, 44), Dashboard.fromGrafanaCom(1860, 45)];
    expect(dashboardsProblem(both, subject, [])).toContain('have one uid, "grafana-com-1860"');
  });

  test("finds what asks a component that is not placed", () => {
    const logs = fromJson(withSource({ type: "loki", uid: "loki" }));
    expect(dashboardsProblem([logs], subject, ["prometheus"])).toContain('"Shop" asks the data source "loki"');
    expect(dashboardsProblem([logs], subject, ["prometheus", "loki"])).toBeUndefined();
  });
});
