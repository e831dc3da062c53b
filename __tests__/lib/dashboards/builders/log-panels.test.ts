import { Severity } from "../../../../lib/alerts/rule";
import { Colours } from "../../../../lib/dashboards/builders/colours";
import { lineCount, logLines, ranking, RankingOptions } from "../../../../lib/dashboards/builders/log-panels";

const ranked: RankingOptions = {
  title: "T",
  description: "D?",
  expr: "sum by (user, source) (x)",
  labels: [
    { label: "user", title: "User", width: 110 },
    { label: "source", title: "Source" },
  ],
  counted: "Logins",
  noRows: "No logins",
  width: 12,
};

describe("ranking", () => {
  const panel = ranking(ranked).build();

  test("is a table, because other panels would reduce Loki's only frame to one number", () => {
    expect(panel).toMatchObject({ type: "table", datasource: { uid: "loki" } });
    expect(panel.targets).toMatchObject([{ queryType: "instant", expr: "topk(15, sum by (user, source) (x))" }]);
  });

  test("shows each name before its number, and no time", () => {
    expect(panel.transformations?.at(-1)).toEqual({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: { user: 0, source: 1, "Value #A": 2 },
        renameByName: { user: "User", source: "Source", "Value #A": "Logins" },
      },
    });
  });

  test("puts the highest number first, with a bar that starts at zero", () => {
    expect(panel.options).toMatchObject({ sortBy: [{ displayName: "Logins", desc: true }] });
    const bar = panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === "Logins");
    expect(bar?.properties).toEqual(
      expect.arrayContaining([
        { id: "color", value: { mode: "fixed", fixedColor: "blue" } },
        { id: "custom.cellOptions", value: { type: "gauge", mode: "basic" } },
        { id: "min", value: 0 },
      ]),
    );
    expect(bar?.properties.map(({ id }) => id)).not.toContain("max");
  });

  test("has bars of the given colour", () => {
    const { fieldConfig } = ranking({ ...ranked, colour: Colours.CRITICAL }).build();
    expect(fieldConfig?.overrides.at(-1)?.properties).toContainEqual({
      id: "color",
      value: { mode: "fixed", fixedColor: "red" },
    });
  });

  test("shows its text for no rows", () => {
    expect(panel.fieldConfig?.defaults.noValue).toBe("No logins");
  });
});

describe("logLines", () => {
  test("begins each line with its server and its log", () => {
    const panel = logLines({
      title: "T",
      description: "D?",
      expr: '{job="x"}',
      width: 24,
    }).build();
    expect(panel.targets).toMatchObject([
      { expr: '{job="x"} | line_format "{{.instance}} {{.job}}: {{__line__}}"', queryType: "range", maxLines: 200 },
    ]);
  });
});

describe("lineCount", () => {
  test("shows zero instead of nothing, and colours other numbers", () => {
    const panel = lineCount({
      title: "T",
      description: "D?",
      expr: "x",
      width: 4,
      severity: Severity.CRITICAL,
    }).build();
    expect(panel.targets).toMatchObject([{ expr: "x or vector(0)", queryType: "instant" }]);
    expect(panel.fieldConfig?.defaults).toMatchObject({
      unit: "short",
      thresholds: {
        steps: [
          { value: null, color: "green" },
          { value: 1, color: "red" },
        ],
      },
    });
    expect(panel.fieldConfig?.defaults.decimals).toBeUndefined();
  });

  test("rounds percentages to one decimal, and also colours small percentages", () => {
    const options = { title: "T", description: "D?", expr: "x", width: 4, unit: "percent", severity: Severity.WARNING };
    expect(lineCount(options).build().fieldConfig?.defaults).toMatchObject({
      unit: "percent",
      decimals: 1,
      thresholds: {
        steps: [
          { value: null, color: "green" },
          { value: 1e-6, color: "orange" },
        ],
      },
    });
  });
});
