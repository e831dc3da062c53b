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
    ["Requests by log", ["Server", "Log", "Requests", "4xx", "4xx share", "5xx", "5xx share"]],
  ])("names the rows of %s", (title, columns) => {
    expect(columnsOf(panelTitled(dashboard, title))).toEqual(columns);
  });

  test("shows the share of errors of all logs, and over time", () => {
    expect(titles(LogSource.nginx()).slice(0, 6)).toEqual([
      "Lines",
      "Errors",
      "Warnings",
      "Requests",
      "4xx share",
      "5xx share",
    ]);
    expect(expressionsOf(panelTitled(dashboard, "Error share"))).toHaveLength(2);
  });

  test("shows a single request per minute", () => {
    const { fieldConfig } = panelTitled(dashboard, "Requests per second");
    expect(fieldConfig).toMatchObject({ defaults: { custom: { axisSoftMax: 0.05 } } });
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
