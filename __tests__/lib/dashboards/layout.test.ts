import * as fc from "fast-check";
import { Alert } from "../../../lib/alerts/alert";
import { builtInAlerts } from "../../../lib/alerts/built-in";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { DashboardSubject } from "../../../lib/dashboards/dashboard-subject";
import {
  annotationsOf,
  isObject,
  JsonObject,
  objectsOf,
  panelsOf,
  textOf,
  variablesOf,
} from "../../../lib/dashboards/model";
import { dashboardLogQueries } from "../../../lib/dashboards/queries";
import { availableDashboards } from "../../../lib/dashboards/available-dashboards";
import { Uids } from "../../../lib/dashboards/uids";
import { emittedLabels } from "../../../lib/logs/emitted-labels";
import { LogSource } from "../../../lib/logs/log-source";
import { unknownLabels } from "../../../lib/logs/unknown-labels";

const COLUMNS = 24;
const KINDS = ["node_exporter", "prometheus", "alertmanager", "grafana", "loki", "gateway", "log_agent"];
const COMPONENTS = KINDS.map((kind) => LogSource.journal(kind, { units: [`${kind}.service`] }));
const ACCESS = LogSource.nginx({ errorLogs: [] });
const everything: DashboardSubject = {
  kinds: new Set(KINDS),
  alerts: [],
  logs: emittedLabels([...COMPONENTS, LogSource.nginx()]),
};
const prometheusOnly: DashboardSubject = { kinds: new Set(["node_exporter", "prometheus"]), alerts: [] };

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function build(dashboard: Dashboard, subject: DashboardSubject): JsonObject {
  return JSON.parse(dashboard._json(subject) ?? "") as JsonObject;
}

function rectangle({ gridPos }: JsonObject): Rectangle {
  return gridPos as unknown as Rectangle;
}

function titled(dashboard: JsonObject, title: string): JsonObject {
  const found = panelsOf(dashboard).find((panel) => panel.title === title);
  if (!found) throw new Error(`no panel "${title}"`);
  return found;
}

function expectFilledGrid(dashboard: JsonObject): void {
  const places = panelsOf(dashboard).map(rectangle);
  const cells = places.flatMap(({ x, y, w, h }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
  );
  const bottom = Math.max(...places.map(({ y, h }) => y + h));
  for (const { x, w } of places) expect(x + w).toBeLessThanOrEqual(COLUMNS);
  expect(new Set(cells).size).toBe(cells.length);
  expect(cells).toHaveLength(bottom * COLUMNS);
}

const metricDashboards = [Dashboard.fleet(), Dashboard.server(), Dashboard.monitoring()];
const logDashboards = [Dashboard.applicationLogs(), Dashboard.audit(), Dashboard.monitoringLogs()];
const built = [
  ...[...metricDashboards, ...logDashboards].map(
    (dashboard) => [dashboard.title, "all components", build(dashboard, everything)] as const,
  ),
  ...metricDashboards.map(
    (dashboard) => [dashboard.title, "Prometheus only", build(dashboard, prometheusOnly)] as const,
  ),
];
/** Log sources that a monitoring can have in addition to those of its components. */
const SOURCES = [[], [LogSource.files("shop", { paths: ["/srv/shop/*.log"] })], [ACCESS], [LogSource.nginx()]];

describe.each(built)("the dashboard %s, with %s", (_title, placed, dashboard) => {
  const panels = panelsOf(dashboard);
  const answering = panels.filter(({ type }) => type !== "row");
  const source = logDashboards.some(({ uid }) => uid === dashboard.uid) ? "loki" : "prometheus";

  test("has a built-in uid, and no id of a Grafana instance", () => {
    expect(Object.values(Uids)).toContain(dashboard.uid);
    expect(dashboard).not.toHaveProperty("id");
  });

  test("has the schema of Grafana 10, is read-only, and refreshes", () => {
    expect(dashboard).toMatchObject({ schemaVersion: 38, editable: false, refresh: "30s" });
    expect(dashboard.time).toEqual({ from: "now-1h", to: "now" });
    expect(dashboard.tags).toEqual(source === "loki" ? ["cdktf-monitoring", "logs"] : ["cdktf-monitoring"]);
  });

  test("gives each panel a unique id", () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id))).toBe(true);
  });

  test("fills the grid without overlaps and gaps", () => {
    expectFilledGrid(dashboard);
  });

  test("begins with one or two rows of at least six stat panels", () => {
    const first = answering.findIndex(({ type }) => type !== "stat");
    expect(first).toBeGreaterThanOrEqual(6);
    for (const panel of answering.slice(0, first)) expect(rectangle(panel).y).toBeLessThanOrEqual(3);
  });

  test("gives each panel a question, a unit and a data source", () => {
    for (const panel of answering) {
      expect(panel.description).toMatch(/\?/);
      expect(panel.datasource).toEqual({ type: source, uid: source });
      // Panels of log lines have no unit.
      const { defaults, overrides = [] } = (panel.fieldConfig ?? {}) as {
        defaults?: JsonObject;
        overrides?: JsonObject[];
      };
      const unit = panel.type === "logs" || defaults?.unit;
      expect(panel.type === "table" ? overrides.length > 0 : unit).toBeTruthy();
      expect(objectsOf(panel.targets).length).toBeGreaterThan(0);
    }
  });

  test("has no two panels with the same title under one heading", () => {
    let heading = "";
    const titles = panels.flatMap(({ type, title }) => {
      const text = textOf(title);
      if (type === "row") heading = text;
      return type === "row" ? [] : [`${heading}/${text}`];
    });
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("links to the other dashboards, to logs and to those of the user, and keeps the time range", () => {
    const [single, menus] = [false, true].map((asDropdown) =>
      objectsOf(dashboard.links).filter((link) => link.asDropdown === asDropdown),
    );
    const others = metricDashboards.filter(({ uid }) => uid !== dashboard.uid);
    expect(single?.map(({ url }) => url)).toEqual(others.map(({ uid }) => `/d/${uid}`));
    const logs = placed === "all components" ? [{ title: "Logs", tags: ["cdktf-monitoring", "logs"] }] : [];
    expect(menus).toMatchObject([...logs, { title: "All dashboards", tags: [] }]);
    expect(objectsOf(dashboard.links).every(({ keepTime }) => keepTime)).toBe(true);
  });

  test("marks the start of firing alerts in the colour of their severity", () => {
    const start = (severity: string) =>
      expect.stringMatching(`ALERTS_FOR_STATE{severity="${severity}".*alertstate="firing"`) as string;
    expect(annotationsOf(dashboard)).toMatchObject([
      { enable: true, iconColor: "red", useValueForTime: true, expr: start("critical") },
      { enable: true, iconColor: "orange", useValueForTime: true, expr: start("warning") },
    ]);
  });
});

test("any placement and any disabled alerts fill the grid", () => {
  const names = builtInAlerts.map(({ name }) => name);
  fc.assert(
    fc.property(fc.subarray(KINDS), fc.subarray(names), (kinds, off) => {
      const subject = { kinds: new Set(kinds), alerts: off.map((name) => Alert.off(name)) };
      for (const dashboard of metricDashboards) expectFilledGrid(build(dashboard, subject));
      for (const sources of SOURCES) {
        const logs = emittedLabels([...COMPONENTS, ...sources]);
        for (const dashboard of logDashboards) expectFilledGrid(build(dashboard, { ...subject, logs }));
      }
    }),
    { numRuns: 20 },
  );
});

describe("Fleet", () => {
  test("links each server to its dashboard", () => {
    const table = titled(build(Dashboard.fleet(), everything), "Servers");
    expect(JSON.stringify(table)).toContain(
      `/d/${Uids.SERVER}?var-instance=\${__value.raw:percentencode}&\${__url_time_range}`,
    );
  });

  test("has a column for each query, in their order", () => {
    const table = titled(build(Dashboard.fleet(), everything), "Servers");
    const [, organize] = objectsOf(table.transformations);
    const { renameByName, indexByName } = organize?.options as { renameByName: JsonObject; indexByName: JsonObject };
    expect(renameByName).toMatchObject({ instance: "Server", "Value #A": "State", "Value #B": "Critical" });
    expect(Object.keys(indexByName)).toHaveLength(1 + objectsOf(table.targets).length);
  });
});

describe("Server", () => {
  test("has a variable that selects a server, including one that is down", () => {
    const [variable] = variablesOf(build(Dashboard.server(), everything));
    expect(variable).toMatchObject({ name: "instance", type: "query" });
    expect(variable?.query).toMatchObject({ query: 'label_values(up{job="node"}, instance)' });
  });

  test("has no numbers of a server that is down, except its state and its alerts", () => {
    const numbers = panelsOf(build(Dashboard.server(), everything)).filter(
      (panel) => panel.type === "stat" && rectangle(panel).y <= 3,
    );
    const always = numbers.filter((panel) =>
      objectsOf(panel.targets).every(({ expr }) => !textOf(expr).includes('and on (instance) up{job="node"} == 1')),
    );
    expect(always.map(({ title }) => title)).toEqual(["State", "Critical alerts", "Warnings"]);
  });

  test("queries only the selected server", () => {
    for (const panel of panelsOf(build(Dashboard.server(), everything)))
      for (const { expr } of objectsOf(panel.targets)) expect(expr).toContain('instance="$instance"');
  });
});

test("Server links to the logs of the selected server", () => {
  const menus = (dashboard: Dashboard) =>
    objectsOf(build(dashboard, everything).links).filter(({ includeVars }) => includeVars === true);
  expect(menus(Dashboard.server())).toMatchObject([{ title: "Logs", asDropdown: true }]);
  expect(menus(Dashboard.fleet())).toEqual([]);
  for (const dashboard of logDashboards)
    expect(variablesOf(build(dashboard, everything)).map(({ name }) => name)).toContain("instance");
});

describe("the log dashboards", () => {
  const available = (subject: DashboardSubject) => [...availableDashboards(subject).keys()];

  test("are available if they have data", () => {
    expect(available(prometheusOnly)).toEqual([Uids.FLEET, Uids.SERVER, Uids.SELF_MONITORING]);
    expect(available(everything)).toEqual(Object.values(Uids));
    expect(available({ ...everything, logs: emittedLabels(COMPONENTS) })).not.toContain(Uids.APPLICATION_LOGS);
  });

  test("query only the selected servers", () => {
    const panels = logDashboards.flatMap((dashboard) => panelsOf(build(dashboard, everything)));
    for (const { expr } of panels.flatMap(({ targets }) => objectsOf(targets)))
      expect(expr).toContain('instance=~"$instance"');
  });

  test.each(SOURCES.map((sources) => [sources.map(({ name }) => name).join(), sources] as const))(
    "query only labels and values that the sources emit: %s",
    (_, sources) => {
      const logs = emittedLabels([...COMPONENTS, ...sources]);
      const subject = { ...everything, logs };
      const uses = logDashboards
        .filter(({ uid }) => available(subject).includes(uid))
        .flatMap((dashboard) => dashboardLogQueries(dashboard._json(subject) ?? ""));
      expect(uses.length).toBeGreaterThan(20);
      expect(unknownLabels(uses, logs)).toEqual([]);
    },
  );

  test("have a unit and a legend for each number", () => {
    for (const panel of logDashboards.flatMap((dashboard) => panelsOf(build(dashboard, everything))))
      for (const { legendFormat } of objectsOf(panel.targets))
        expect(legendFormat !== "" || panel.type === "logs" || panel.type === "table").toBe(true);
  });

  test("use only variables of Grafana 10", () => {
    for (const dashboard of logDashboards)
      expect(
        dashboard
          ._json(everything)
          ?.match(/\$__\w+/g)
          ?.filter((name) => !["$__interval", "$__range", "$__all"].includes(name)),
      ).toEqual([]);
  });

  test("show lines newest first", () => {
    const { options, targets } = titled(build(Dashboard.applicationLogs(), everything), "Newest lines");
    expect(options).toMatchObject({ sortOrder: "Descending", showTime: true });
    expect(objectsOf(targets)).toMatchObject([{ queryType: "range", maxLines: 200 }]);
  });
});

test("graphs show thresholds as dashed lines", () => {
  const { fieldConfig } = titled(build(Dashboard.server(), everything), "Memory used");
  const { defaults } = isObject(fieldConfig) ? fieldConfig : { defaults: undefined };
  expect(defaults).toMatchObject({
    custom: { thresholdsStyle: { mode: "dashed" } },
    thresholds: {
      mode: "absolute",
      steps: [
        { value: null, color: "green" },
        { value: 90, color: "orange" },
        { value: 95, color: "red" },
      ],
    },
  });
});
