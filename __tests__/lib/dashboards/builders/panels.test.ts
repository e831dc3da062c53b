import { Colours } from "../../../../lib/dashboards/builders/colours";
import { graph, GraphOptions, stat } from "../../../../lib/dashboards/builders/panels";

const options: GraphOptions = {
  title: "T",
  description: "D?",
  unit: "short",
  width: 12,
  queries: [{ expr: "up", legend: "up" }],
};

function fieldsOf(more: Partial<GraphOptions>): unknown {
  return graph({ ...options, ...more }).build().fieldConfig;
}

describe("graph", () => {
  test.each([
    [12, { displayMode: "table", calcs: ["min", "max", "lastNotNull"] }],
    [8, { displayMode: "table", calcs: ["max", "lastNotNull"] }],
    [7, { displayMode: "list", calcs: ["lastNotNull"] }],
  ])("has a legend that fits %i columns", (width, legend) => {
    expect(graph({ ...options, width }).build().options).toMatchObject({ legend });
  });

  test.each(["Name", "Max"] as const)("sorts its legend by %s, descending", (sortBy) => {
    expect(graph({ ...options, sortBy }).build().options).toMatchObject({ legend: { sortBy, sortDesc: true } });
    expect(graph(options).build().options).not.toHaveProperty("legend.sortBy");
  });

  test("has the height of its options", () => {
    expect([graph(options), graph({ ...options, height: 9 })].map((each) => each.build().gridPos?.h)).toEqual([8, 9]);
  });

  test("draws values below zero without changing them", () => {
    const queries = [...options.queries, { expr: "sent", legend: "sent", below: true }];
    const panel = graph({ ...options, queries }).build();
    expect(panel.targets).toMatchObject([{ expr: "up" }, { expr: "sent", refId: "B" }]);
    expect(panel.fieldConfig?.overrides).toEqual([
      { matcher: { id: "byFrameRefID", options: "B" }, properties: [{ id: "custom.transform", value: "negative-Y" }] },
    ]);
    expect(panel.fieldConfig?.defaults.min).toBeUndefined();
  });

  test("starts its axis at zero, unless values can be below zero", () => {
    expect(fieldsOf({})).toMatchObject({ defaults: { min: 0 } });
    expect(fieldsOf({ signed: true })).not.toMatchObject({ defaults: { min: 0 } });
  });

  test.each([
    [{}, { axisSoftMax: 1 }],
    [{ unit: "s" }, { axisSoftMax: 0.01 }],
    [{ unit: "bytes" }, { axisSoftMax: 1024 }],
    [{ softMax: 5 }, { axisSoftMax: 5 }],
  ])("has a short axis for zeros: %j", (more, custom) => {
    expect(fieldsOf(more)).toMatchObject({ defaults: { custom } });
  });

  test("ends its axis at the highest possible value", () => {
    expect(fieldsOf({ max: 100 })).toMatchObject({ defaults: { max: 100 } });
    expect(fieldsOf({ max: 100 })).not.toHaveProperty("defaults.custom.axisSoftMax");
  });

  test("colours series by name or by regular expression", () => {
    const colour = (fixedColor: string) => [{ id: "color", value: { mode: "fixed", fixedColor } }];
    expect(fieldsOf({ colours: { user: "blue", "/^5../": Colours.CRITICAL } })).toMatchObject({
      overrides: [
        { matcher: { id: "byName", options: "user" }, properties: colour("blue") },
        { matcher: { id: "byRegexp", options: "/^5../" }, properties: colour("red") },
      ],
    });
  });
});

describe("a graph of log lines", () => {
  test("counts at least a minute per point", () => {
    expect(graph({ ...options, logs: true }).build().interval).toBe("1m");
    expect(graph(options).build().interval).toBeUndefined();
  });

  test("has a legend with totals instead of last values", () => {
    const legend = (width: number): unknown => graph({ ...options, width, totals: true }).build().options;
    expect(legend(8)).toMatchObject({ legend: { calcs: ["max", "sum"] } });
    expect(legend(7)).toMatchObject({ legend: { calcs: ["sum"] } });
  });

  test("gives shades of one colour to series with the same meaning", () => {
    expect(fieldsOf({ shades: Colours.CRITICAL })).toMatchObject({
      defaults: { color: { mode: "shades", fixedColor: "red" } },
    });
  });

  test("shows its text for no series", () => {
    expect(fieldsOf({ noValue: "No rejected lines" })).toMatchObject({ defaults: { noValue: "No rejected lines" } });
  });
});

describe("stat", () => {
  test("shows only current values, and a dash without one", () => {
    const panel = stat(options).build();
    expect(panel.targets).toMatchObject([{ instant: true, range: false }]);
    expect(panel.fieldConfig?.defaults.noValue).toBe("–");
    const dash = { text: "–", color: Colours.PLAIN };
    expect(panel.fieldConfig?.defaults.mappings).toEqual([
      { type: "special", options: { match: "null+nan", result: dash } },
    ]);
  });
});
