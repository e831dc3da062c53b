import { Alert } from "../../../lib/alerts/alert";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { DashboardSubject } from "../../../lib/dashboards/dashboard-subject";
import { isObject, Json, JsonObject, objectsOf, panelsOf, textOf } from "../../../lib/dashboards/model";
import { LogSource } from "../../../lib/logs/log-source";
import { built, subjectWith } from "../../support/dashboards";

const everything = subjectWith(LogSource.nginx(), LogSource.files("shop", { paths: ["/srv/shop/*.log"] }));
const dashboards = [
  Dashboard.fleet(),
  Dashboard.server(),
  Dashboard.monitoring(),
  Dashboard.applicationLogs(),
  Dashboard.audit(),
  Dashboard.monitoringLogs(),
];
const subjects = [
  ["all components", everything],
  ["no Watchdog", { ...everything, alerts: [Alert.off("Watchdog")] }],
] as const;

/** Width of a browser window, in pixels, in which every dashboard must be readable. */
const WINDOW = 1366;
/** Grafana's menu and margins, and the gap between two columns of a dashboard, in pixels. */
const [MENU, MARGINS, GAP] = [300, 32, 8];
/** Space in a panel's header besides the title: padding, and the icon of the description. */
const HEADER = 46;
/** Average width of a character of a title, in pixels. */
const CHARACTER = 7.5;

/** Smallest width of a table's column without an own one, in pixels. */
const MIN_COLUMN = 150;

/** Width in pixels of a panel that spans some of the 24 columns. */
function pixels(columns: number): number {
  const column = (WINDOW - MENU - MARGINS - 23 * GAP) / 24;
  return columns * column + (columns - 1) * GAP;
}

function panelsWithout(type: string, dashboard: Dashboard, subject: DashboardSubject): JsonObject[] {
  return panelsOf(built(dashboard, subject)).filter((panel) => panel.type !== type);
}

function widthOf({ gridPos }: JsonObject): number {
  return isObject(gridPos) ? Number(gridPos.w) : Number.NaN;
}

function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}

function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = path.reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), value);
  return isObject(found) ? found : {};
}

const cases = dashboards.flatMap((dashboard) =>
  subjects.map(([placed, subject]) => [dashboard.title, placed, panelsWithout("row", dashboard, subject)] as const),
);

describe.each(cases)("the dashboard %s, with %s", (_title, _placed, panels) => {
  test("has titles that fit their panels in a small window", () => {
    for (const panel of panels) {
      const title = textOf(panel.title);
      expect([title, CHARACTER * title.length <= pixels(widthOf(panel)) - HEADER]).toEqual([title, true]);
    }
  });

  test("has a table as the legend of wide graphs only", () => {
    const graphs = panels.filter(({ type }) => type === "timeseries");
    const legends = graphs.map((panel) => {
      const { displayMode, calcs } = objectAt(panel.options, "legend");
      return [panel.title, displayMode, lengthOf(calcs) > 1] as const;
    });
    expect(legends).toEqual(
      graphs.map((panel) => [
        panel.title,
        ...(widthOf(panel) < 8 ? (["list", false] as const) : (["table", true] as const)),
      ]),
    );
  });

  test("reduces no series of several names to one value", () => {
    const nameless = panels
      .filter(({ type }) => type === "stat" || type === "bargauge" || type === "gauge")
      .filter(({ targets }) => {
        const queries = objectsOf(targets);
        return queries.length > 1 || queries.some(({ legendFormat }) => textOf(legendFormat).includes("{{"));
      })
      .filter(({ options }) => !textOf(objectAt(options).textMode).includes("name"));
    expect(nameless.map(({ title }) => title)).toEqual([]);
  });

  test("has tables whose columns fit in a small window", () => {
    for (const panel of panels.filter(({ type }) => type === "table")) {
      const least = objectsOf(objectAt(panel.fieldConfig).overrides).map(({ properties }) => {
        const set = (id: string) => objectsOf(properties).find((each) => each.id === `custom.${id}`)?.value;
        return Number(set("width") ?? set("minWidth") ?? MIN_COLUMN);
      });
      const needed = least.reduce((sum, width) => sum + width, 0);
      expect([panel.title, needed <= pixels(widthOf(panel)) - 2 * GAP]).toEqual([panel.title, true]);
    }
  });

  test("shows current values only", () => {
    for (const panel of panels.filter(({ type }) => type === "stat" || type === "table"))
      for (const target of objectsOf(panel.targets))
        expect([panel.title, target.instant === true || target.queryType === "instant"]).toEqual([panel.title, true]);
  });

  test("draws no values with a changed sign", () => {
    for (const panel of panels)
      for (const { expr } of objectsOf(panel.targets))
        expect([panel.title, expr]).not.toEqual([panel.title, expect.stringMatching(/^-/)]);
  });

  test("has no axis that ends at 100 although zeros are usual", () => {
    for (const panel of panels.filter(({ type }) => type === "timeseries")) {
      const { max } = objectAt(panel.fieldConfig, "defaults");
      const { axisSoftMax } = objectAt(panel.fieldConfig, "defaults", "custom");
      expect([panel.title, max ?? axisSoftMax]).toEqual([panel.title, expect.any(Number)]);
    }
  });
});

describe("colours", () => {
  /** Colours by the text that has them, in all value mappings and series of all dashboards. */
  function coloursByText(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    const add = (text: string, colour: Json | undefined): void => {
      found.set(text, (found.get(text) ?? new Set()).add(textOf(colour)));
    };
    for (const [, , panels] of cases)
      for (const panel of panels) {
        JSON.stringify(panel.fieldConfig, (_, value: Json) => {
          if (isObject(value) && typeof value.text === "string" && value.color !== undefined)
            add(value.text, value.color);
          return value;
        });
        for (const { matcher, properties } of objectsOf(
          objectAt(panel).fieldConfig === undefined ? [] : objectAt(panel.fieldConfig).overrides,
        ))
          for (const { id, value } of objectsOf(properties))
            if (
              id === "color" &&
              objectAt(matcher).id === "byName" &&
              objectAt(value).mode === "fixed" &&
              panel.type === "timeseries"
            )
              add(textOf(objectAt(matcher).options), objectAt(value).fixedColor);
      }
    return found;
  }

  test("are the same for a word in all panels", () => {
    const several = [...coloursByText()].filter(([, colours]) => colours.size > 1);
    expect(several.map(([text, colours]) => [text, ...colours])).toEqual([]);
  });

  test.each([
    ["critical", "red"],
    ["warning", "orange"],
    ["down", "red"],
    ["up", "green"],
    ["failed", "red"],
    ["active", "green"],
    ["user", "blue"],
    ["system", "yellow"],
  ])("%s is %s", (text, colour) => {
    expect([...(coloursByText().get(text) ?? [])]).toEqual([colour]);
  });
});
