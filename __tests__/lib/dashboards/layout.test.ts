import * as fc from "fast-check";
import { Alert } from "../../../lib/alerts/alert";
import { builtInAlerts } from "../../../lib/alerts/built-in";
import { Dashboard, DashboardSubject } from "../../../lib/dashboards/dashboard";
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
const KINDS = ["node_exporter", "prometheus", "alertmanager", "grafana", "loki", "log_agent"];
const COMPONENTS = KINDS.map((kind) => LogSource.journal(kind, { units: [`${kind}.service`] }));
const ACCESS = LogSource.nginx({ errorLogs: [] });
const all: DashboardSubject = {
  kinds: new Set(KINDS),
  alerts: [],
  logs: emittedLabels([...COMPONENTS, LogSource.nginx()]),
};
const least: DashboardSubject = { kinds: new Set(["node_exporter", "prometheus"]), alerts: [] };

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function draw(dashboard: Dashboard, subject: DashboardSubject): JsonObject {
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

const own = [Dashboard.fleet(), Dashboard.server(), Dashboard.monitoring()];
const ofLogs = [Dashboard.applicationLogs(), Dashboard.audit(), Dashboard.monitoringLogs()];
const drawn = [
  ...[...own, ...ofLogs].map((dashboard) => [dashboard.title, "all components", draw(dashboard, all)] as const),
  ...own.map((dashboard) => [dashboard.title, "Prometheus only", draw(dashboard, least)] as const),
];
/** The logs that a monitoring may have, beside those of its components. */
const SOURCES = [[], [LogSource.files("shop", { paths: ["/srv/shop/*.log"] })], [ACCESS], [LogSource.nginx()]];

describe.each(drawn)("the dashboard %s, with %s", (_title, placed, dashboard) => {
  const panels = panelsOf(dashboard);
  const answering = panels.filter(({ type }) => type !== "row");
  const source = ofLogs.some(({ uid }) => uid === dashboard.uid) ? "loki" : "prometheus";

  test("has a uid, and no number of some Grafana", () => {
    expect(Object.values(Uids)).toContain(dashboard.uid);
    expect(dashboard).not.toHaveProperty("id");
  });

  test("is read by Grafana 10, cannot be edited, and refreshes itself", () => {
    expect(dashboard).toMatchObject({ schemaVersion: 38, editable: false, refresh: "30s" });
    expect(dashboard.time).toEqual({ from: "now-1h", to: "now" });
    expect(dashboard.tags).toEqual(["cdktf-monitoring"]);
  });

  test("numbers its panels, each by a number of its own", () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id))).toBe(true);
  });

  test("keeps within the grid, without overlaps or gaps", () => {
    expectFilledGrid(dashboard);
  });

  test("begins with a line of numbers that says whether all is well", () => {
    const first = answering.filter((panel) => rectangle(panel).y === 0);
    expect(first.length).toBeGreaterThanOrEqual(6);
    for (const panel of first) expect(panel.type).toBe("stat");
  });

  test("says of each panel what it answers, in what unit, from which data source", () => {
    for (const panel of answering) {
      expect(panel.description).toMatch(/\?/);
      expect(panel.datasource).toEqual({ type: source, uid: source });
      // Lines have no unit.
      const { defaults, overrides } = (panel.fieldConfig ?? { defaults: { unit: panel.type === "logs" } }) as {
        defaults: JsonObject;
        overrides: JsonObject[];
      };
      expect(panel.type === "table" ? overrides.length > 0 : defaults.unit).toBeTruthy();
      expect(objectsOf(panel.targets).length).toBeGreaterThan(0);
    }
  });

  test("has no two panels of one title below one heading", () => {
    let heading = "";
    const titles = panels.flatMap(({ type, title }) => {
      const text = textOf(title);
      if (type === "row") heading = text;
      return type === "row" ? [] : [`${heading}/${text}`];
    });
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("links to the others, and keeps the time that is looked at", () => {
    const links = objectsOf(dashboard.links);
    const shown = placed === "all components" ? Object.values(Uids) : own.map(({ uid }) => uid);
    const others = shown.filter((uid) => uid !== dashboard.uid);
    expect(links.map(({ url }) => url)).toEqual(others.map((uid) => `/d/${uid}`));
    expect(links.every(({ keepTime }) => keepTime)).toBe(true);
  });

  test("marks firing alerts", () => {
    expect(annotationsOf(dashboard)).toEqual([
      expect.objectContaining({ enable: true, expr: expect.stringContaining("ALERTS{") as string }),
    ]);
  });
});

test("the grid is filled whatever is placed and whatever alerts are off", () => {
  const names = builtInAlerts.map(({ name }) => name);
  fc.assert(
    fc.property(fc.subarray(KINDS), fc.subarray(names), (kinds, off) => {
      const subject = { kinds: new Set(kinds), alerts: off.map((name) => Alert.off(name)) };
      for (const dashboard of own) expectFilledGrid(draw(dashboard, subject));
      for (const sources of SOURCES) {
        const logs = emittedLabels([...COMPONENTS, ...sources]);
        for (const dashboard of ofLogs) expectFilledGrid(draw(dashboard, { ...subject, logs }));
      }
    }),
    { numRuns: 20 },
  );
});

describe("Fleet", () => {
  test("leads from each server to its dashboard", () => {
    const table = titled(draw(Dashboard.fleet(), all), "Servers");
    expect(JSON.stringify(table)).toContain(
      `/d/${Uids.SERVER}?var-instance=\${__value.raw:percentencode}&\${__url_time_range}`,
    );
  });

  test("has a column for each query, in the order in which they are read", () => {
    const table = titled(draw(Dashboard.fleet(), all), "Servers");
    const [, organize] = objectsOf(table.transformations);
    const { renameByName, indexByName } = organize?.options as { renameByName: JsonObject; indexByName: JsonObject };
    expect(renameByName).toMatchObject({ instance: "Server", "Value #A": "State", "Value #B": "Alerts" });
    expect(Object.keys(indexByName)).toHaveLength(1 + objectsOf(table.targets).length);
  });
});

describe("Server", () => {
  test("lets people choose a server, also one that is down", () => {
    const [variable] = variablesOf(draw(Dashboard.server(), all));
    expect(variable).toMatchObject({ name: "instance", type: "query" });
    expect(variable?.query).toMatchObject({ query: 'label_values(up{job="node"}, instance)' });
  });

  test("asks about the chosen server only", () => {
    for (const panel of panelsOf(draw(Dashboard.server(), all)))
      for (const { expr } of objectsOf(panel.targets)) expect(expr).toContain('instance="$instance"');
  });
});

test("from a server one gets to its logs, at the time that is looked at", () => {
  const links = objectsOf(draw(Dashboard.server(), all).links);
  const chosen = links.filter(({ includeVars, keepTime }) => includeVars === true && keepTime === true);
  expect(chosen.map(({ url }) => url)).toEqual(ofLogs.map(({ uid }) => `/d/${uid}`));
  for (const dashboard of ofLogs)
    expect(variablesOf(draw(dashboard, all)).map(({ name }) => name)).toContain("instance");
});

describe("the dashboards of logs", () => {
  const shown = (subject: DashboardSubject) => [...availableDashboards(subject).keys()];

  test("are there where they have something to show", () => {
    expect(shown(least)).toEqual([Uids.FLEET, Uids.SERVER, Uids.SELF_MONITORING]);
    expect(shown(all)).toEqual(Object.values(Uids));
    expect(shown({ ...all, logs: emittedLabels(COMPONENTS) })).not.toContain(Uids.APPLICATION_LOGS);
  });

  test("ask about the chosen servers only", () => {
    const panels = ofLogs.flatMap((dashboard) => panelsOf(draw(dashboard, all)));
    for (const { expr } of panels.flatMap(({ targets }) => objectsOf(targets)))
      expect(expr).toContain('instance=~"$instance"');
  });

  test.each(SOURCES.map((sources) => [sources.map(({ name }) => name).join(), sources] as const))(
    "ask for labels and values that are there, with the logs %s",
    (_, sources) => {
      const logs = emittedLabels([...COMPONENTS, ...sources]);
      const subject = { ...all, logs };
      const uses = ofLogs
        .filter(({ uid }) => shown(subject).includes(uid))
        .flatMap((dashboard) => dashboardLogQueries(dashboard._json(subject) ?? ""))
        .map(({ where, expression }) => ({ where, query: expression }));
      expect(uses.length).toBeGreaterThan(20);
      expect(unknownLabels(uses, logs)).toEqual([]);
    },
  );

  test("have a unit and a legend for each number", () => {
    for (const panel of ofLogs.flatMap((dashboard) => panelsOf(draw(dashboard, all))))
      for (const { legendFormat } of objectsOf(panel.targets))
        expect(legendFormat !== "" || panel.type === "logs").toBe(true);
  });

  test("have no variable that Grafana 10 does not know", () => {
    for (const dashboard of ofLogs)
      expect(
        dashboard
          ._json(all)
          ?.match(/\$__\w+/g)
          ?.filter((name) => !["$__interval", "$__range", "$__all"].includes(name)),
      ).toEqual([]);
  });

  test("show lines newest first", () => {
    const { options, targets } = titled(draw(Dashboard.applicationLogs(), all), "Newest lines");
    expect(options).toMatchObject({ sortOrder: "Descending", showTime: true });
    expect(objectsOf(targets)).toMatchObject([{ queryType: "range", maxLines: 200 }]);
  });

  test("leave out requests where nothing logs any, and levels where no line has one", () => {
    const titles = (...sources: LogSource[]) =>
      panelsOf(draw(Dashboard.applicationLogs(), { ...all, logs: emittedLabels(sources) })).map(({ title }) => title);
    expect(titles(ACCESS)).toContain("Requests per second");
    expect(titles(ACCESS)).not.toContain("Newest errors");
    expect(titles(LogSource.files("shop", { paths: ["/srv/shop/*.log"] }))).not.toContain("Requests");
  });
});

describe("Monitoring itself", () => {
  const headings = (subject: DashboardSubject) =>
    panelsOf(draw(Dashboard.monitoring(), subject))
      .filter(({ type }) => type === "row")
      .map(({ title }) => title);

  test("is about what is placed", () => {
    expect(headings(all)).toEqual([
      "Scrapes",
      "Exporters",
      "Prometheus",
      "From Prometheus to Alertmanager",
      "Alertmanager",
      "Grafana",
    ]);
    expect(headings(least)).toEqual(["Scrapes", "Exporters", "Prometheus"]);
  });

  test("asks nothing of what is not placed", () => {
    expect(Dashboard.monitoring()._json(least)).not.toMatch(/alertmanager_|grafana_/);
  });
});

test("thresholds are drawn as dashed lines", () => {
  const { fieldConfig } = titled(draw(Dashboard.server(), all), "Memory used");
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
