import { Dashboard } from "../../../../lib/dashboards/dashboard";
import { panelsOf, textOf } from "../../../../lib/dashboards/model";
import { LogSource } from "../../../../lib/logs/log-source";
import { built, coloursOf, columnsOf, expressionsOf, panelTitled, subjectWith } from "../../../support/dashboards";

const ACCESS = LogSource.nginx({ errorLogs: [] });
const dashboard = built(Dashboard.applicationLogs(), subjectWith(LogSource.nginx()));
const titles = (...sources: LogSource[]) =>
  panelsOf(built(Dashboard.applicationLogs(), subjectWith(...sources))).map(({ title }) => textOf(title));

describe("Application logs", () => {
  test.each([
    ["Top paths", ["Path", "Requests"]],
    ["Top failing paths", ["Path", "Requests"]],
    ["5xx share by log", ["Server", "Log", "5xx share"]],
  ])("names the rows of %s", (title, columns) => {
    expect(columnsOf(panelTitled(dashboard, title))).toEqual(columns);
  });

  test("shows the share of errors next to their count", () => {
    const stats = titles(LogSource.nginx());
    for (const status of ["4xx", "5xx"])
      expect(stats[stats.indexOf(`${status} responses`) + 1]).toBe(`${status} share`);
    expect(expressionsOf(panelTitled(dashboard, "Error share"))).toHaveLength(2);
  });

  test.each(["Requests per second", "Error share"])("draws bars in the colours of status classes: %s", (title) => {
    const panel = panelTitled(dashboard, title);
    expect(panel).toMatchObject({
      interval: "1m",
      fieldConfig: { defaults: { custom: { drawStyle: "bars", stacking: { mode: "normal" } } } },
    });
    expect(coloursOf(panel)).toEqual({ "/^[123]../": "green", "/^4../": "orange", "/^5../": "red" });
  });

  test("draws errors in shades of red", () => {
    expect(panelTitled(dashboard, "Errors", "timeseries").fieldConfig).toMatchObject({
      defaults: { color: { mode: "shades", fixedColor: "red" } },
    });
  });

  test("leaves out request panels without access logs, and level panels without log levels", () => {
    expect(titles(ACCESS)).toContain("Requests per second");
    expect(titles(ACCESS)).not.toContain("Newest errors");
    expect(titles(LogSource.files("shop", { paths: ["/srv/shop/*.log"] }))).not.toContain("Requests");
  });
});
