import { Dashboard } from "../../../../lib/dashboards/dashboard";
import { built, coloursOf, columnsOf, panelTitled, subjectWith } from "../../../support/dashboards";

const dashboard = built(Dashboard.audit(), subjectWith());

describe("Audit", () => {
  test.each([
    ["Accepted logins by user", ["User", "Source", "Logins"], "green"],
    ["Failed logins by user", ["User", "Source", "Logins"], "orange"],
    ["Allowed commands", ["User", "Run as", "Command", "Commands"], "blue"],
    ["Denied commands", ["User", "Reason", "Command", "Commands"], "orange"],
  ])("names the rows of %s", (title, columns, colour) => {
    const panel = panelTitled(dashboard, title);
    expect(columnsOf(panel)).toEqual(columns);
    expect(coloursOf(panel)).toEqual({ [columns.at(-1) ?? ""]: colour });
  });

  test("counts events per minute or longer, as bars", () => {
    for (const title of ["Accepted logins", "Failed logins"])
      expect(panelTitled(dashboard, title, "timeseries")).toMatchObject({
        interval: "1m",
        fieldConfig: { defaults: { custom: { drawStyle: "bars" } } },
      });
  });
});
