import { table, TableOptions } from "../../../../lib/dashboards/builders/tables";

const options: TableOptions = {
  title: "T",
  description: "D?",
  width: 12,
  height: 8,
  sort: [{ column: "State", ascending: true }, { column: "Alerts" }],
  columns: [
    { title: "Server", label: "instance" },
    { title: "Alerts", expr: "up", bar: true },
  ],
};

function columnNames(panel: { readonly transformations?: readonly { readonly options: unknown }[] }): unknown {
  return panel.transformations?.map((each) => (each.options as { renameByName?: unknown }).renameByName)[1];
}

describe("table", () => {
  test("sorts by several columns", () => {
    expect(table(options).build().options).toMatchObject({
      sortBy: [
        { displayName: "State", desc: false },
        { displayName: "Alerts", desc: true },
      ],
    });
  });

  test("names the column of a single query as its data source does", () => {
    expect(columnNames(table(options).build())).toEqual({ instance: "Server", Value: "Alerts" });
    expect(columnNames(table({ ...options, logs: true }).build())).toEqual({
      instance: "Server",
      "Value #A": "Alerts",
    });
  });

  test("reads current values from Prometheus or from Loki", () => {
    expect(table(options).build()).toMatchObject({
      datasource: { uid: "prometheus" },
      targets: [{ instant: true, format: "table" }],
    });
    expect(table({ ...options, logs: true }).build()).toMatchObject({
      datasource: { uid: "loki" },
      targets: [{ queryType: "instant" }],
    });
  });

  test("draws bars in a neutral colour that end at the highest value, unless a threshold or an end is given", () => {
    const properties = (more: object): unknown =>
      table({ ...options, columns: [{ title: "Alerts", expr: "up", bar: true, ...more }] }).build().fieldConfig
        ?.overrides[0]?.properties;
    expect(properties({})).toEqual([
      { id: "color", value: { mode: "fixed", fixedColor: "blue" } },
      { id: "custom.cellOptions", value: { type: "gauge", mode: "basic" } },
      { id: "min", value: 0 },
    ]);
    const missing = { type: "special", options: { match: "null+nan", result: { text: "–", color: "text" } } };
    expect(properties({ max: 100, thresholds: [] })).toEqual([
      { id: "mappings", value: [missing] },
      { id: "thresholds", value: { mode: "absolute", steps: [{ value: null, color: "text" }] } },
      { id: "color", value: { mode: "thresholds" } },
      { id: "custom.cellOptions", value: { type: "gauge", mode: "basic" } },
      { id: "min", value: 0 },
      { id: "max", value: 100 },
    ]);
  });

  test("says that there are no rows", () => {
    const panel = table({ ...options, noRows: "No alert fires" }).build();
    expect(panel.fieldConfig?.defaults.noValue).toBe("No alert fires");
  });

  test("marks empty cells of a row without the text for no rows", () => {
    const panel = table({ ...options, noRows: "No alert fires" }).build();
    const overrides = panel.fieldConfig?.overrides ?? [];
    expect(overrides).not.toEqual([]);
    for (const { properties } of overrides) expect(properties).toContainEqual({ id: "noValue", value: "–" });
  });
});
