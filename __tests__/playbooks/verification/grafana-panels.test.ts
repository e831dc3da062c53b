import { evaluator, literal } from "./check";

const evaluate = evaluator("grafana_variables", "grafana_panels");

const SOURCES = [
  { uid: "prometheus", name: "Prometheus", type: "prometheus", isDefault: true },
  { uid: "loki", name: "Loki", type: "loki" },
  { uid: "alertmanager", name: "Alertmanager", type: "alertmanager" },
];
const NOW = "datetime(2026, 5, 4, 3, 2, 1, tzinfo=timezone.utc)";

interface Panel {
  readonly title: string;
  readonly queries: readonly Readonly<Record<string, unknown>>[];
  readonly skipped: string;
  readonly time: readonly string[];
}

/** The panels of a dashboard. `$a` has the values `x` and `y`, and `$source` is Loki. */
async function panelsOf(panels: readonly object[], board: object = {}): Promise<Panel[]> {
  const variables = `{"a": Variable("a", ["x", "y"], "All", True), "source": Variable("source", "loki")}`;
  const listed = `dashboard_panels(${literal({ title: "Board", panels, ...board })}, ${variables}, Sources(${literal(SOURCES)}), ${NOW})`;
  const program = `[{"title": each.title, "queries": each.queries, "skipped": each.skipped, "time": each.time} for each in ${listed}]`;
  return (await evaluate(program)) as Panel[];
}

const panel = (title: string, expr: string, more: object = {}): object => ({
  title,
  datasource: { type: "prometheus", uid: "prometheus" },
  targets: [{ refId: "A", expr }],
  ...more,
});
const row = (more: object = {}): object => ({ type: "row", title: "Row", ...more });
const summary = (panels: readonly Panel[]): string[] =>
  panels.map(({ title, queries }) => [title, ...queries.map(({ expr }) => String(expr))].join(" "));

describe("dashboard_panels", () => {
  it("reads panels in open and collapsed rows, and leaves out panels without queries", async () => {
    const panels = [
      { type: "text", title: "Help" },
      panel("one", "1"),
      row(),
      panel("two", "2"),
      row({ collapsed: true, panels: [panel("three", "3")] }),
    ];
    expect(summary(await panelsOf(panels))).toEqual(["one 1", "two 2", "three 3"]);
  });

  it("repeats panels and rows for each selected value", async () => {
    expect(summary(await panelsOf([panel("of $a", 'up{job="$a"}', { repeat: "a" })]))).toEqual([
      'of x up{job="x"}',
      'of y up{job="y"}',
    ]);
    const panels = [
      row({ repeat: "a" }),
      panel("1", "$a"),
      row({ collapsed: true, repeat: "a", panels: [panel("2", "$a")] }),
    ];
    expect(summary(await panelsOf(panels))).toEqual(["1 x", "1 y", "2 x", "2 y"]);
    expect(summary(await panelsOf([panel("all", 'up{job=~"$a"}')]))).toEqual(['all up{job=~"(x|y)"}']);
  });

  it("leaves out hidden queries, unless a calculation may use them", async () => {
    const hidden = { refId: "A", expr: "1", hide: true };
    const math = { refId: "B", datasource: { type: "__expr__", uid: "__expr__" }, expression: "$A * 2" };
    const queries = async (...targets: readonly object[]): Promise<unknown[]> =>
      (await panelsOf([panel("p", "", { targets })])).flatMap((each) => each.queries.map(({ refId }) => refId));
    expect(await queries(hidden, { refId: "B", expr: "2" })).toEqual(["B"]);
    expect(await queries(hidden, math)).toEqual(["A", "B"]);
  });

  it.each([
    [undefined, "prometheus"],
    [{ uid: "loki" }, "loki"],
    ["Loki", "loki"],
    [{ uid: "${source}" }, "loki"],
    ["$source", "loki"],
    [{ type: "loki", uid: "default" }, "loki"],
  ])("finds the data source %j", async (datasource, uid) => {
    const [found] = await panelsOf([{ title: "p", datasource, targets: [{ refId: "A", expr: "x" }] }]);
    expect(found?.queries[0]?.datasource).toMatchObject({ uid });
  });

  it("sends each query of a panel with mixed data sources to its own one", async () => {
    const targets = ["loki", "prometheus"].map((uid) => ({ refId: uid, expr: "$a", datasource: { type: uid, uid } }));
    const [found] = await panelsOf([{ title: "p", datasource: { uid: "-- Mixed --" }, targets }]);
    expect(found?.queries).toMatchObject([
      { expr: "x|y", datasource: { uid: "loki" }, queryType: "range" },
      { expr: "(x|y)", datasource: { uid: "prometheus" } },
    ]);
  });

  it.each([
    [{ libraryPanel: { uid: "l" } }, "library panels are not queried"],
    [{ targets: [{}], datasource: { uid: "-- Dashboard --" } }, "the data of another panel is not queried"],
    [{ targets: [{}], datasource: { uid: "alertmanager" } }, "data sources such as alertmanager are not queried"],
    [{ targets: [{}], datasource: { uid: "gone" } }, "data sources such as gone are not queried"],
  ])("skips %j", async (more, skipped) => {
    expect(await panelsOf([{ title: "p", ...more }])).toMatchObject([{ title: "p", queries: [], skipped }]);
  });

  it("uses the time range of the panel or of the dashboard, and an interval that fits", async () => {
    const time = { from: "now-6h", to: "now" };
    const panels = [
      panel("a", "$__from"),
      panel("b", "$__from", { timeFrom: "5m" }),
      panel("c", "", { interval: "10m" }),
    ];
    const found = await panelsOf(panels, { time });
    expect(found.map((each) => each.time)).toEqual([
      ["now-6h", "now"],
      ["now-5m", "now"],
      ["now-6h", "now"],
    ]);
    const now = Date.UTC(2026, 4, 4, 3, 2, 1);
    expect(found.map(({ queries }) => [queries[0]?.expr, queries[0]?.intervalMs])).toEqual([
      [String(now - 21_600_000), 216_000],
      [String(now - 300_000), 15_000],
      ["", 600_000],
    ]);
  });
});

it.each([
  ["now", "2026-05-04T03:02:01+00:00"],
  ["now-90m", "2026-05-04T01:32:01+00:00"],
  ["now-1d/d", "2026-05-03T00:00:00+00:00"],
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"],
  ["1700000000000", "2023-11-14T22:13:20+00:00"],
])("moment reads %s", async (text, expected) => {
  expect(await evaluate(`moment(${literal(text)}, ${NOW}).isoformat()`)).toBe(expected);
});

it.each(["then", "now-9999y", "9".repeat(30)])("a time range from %s is the last hour", async (from) => {
  const [start, end] = (await evaluate(`time_range((${literal(from)}, "now"), ${NOW})`)) as [number, number];
  expect(end - start).toBe(3_600_000);
});
