import { collectorsOf, defaultCollectors, metricsOf } from "../../../lib/metrics/catalogue";
import { metricsIn, promqlProblem } from "../../../lib/metrics/promql";
import { Dashboard } from "../../../lib/dashboards/dashboard";
import { dashboardLogQueries, dashboardQueries, unparsedQueries } from "../../../lib/dashboards/queries";

function queriesOf(dashboard: object): string[] {
  return dashboardQueries(JSON.stringify({ title: "T", panels: [], ...dashboard })).map(({ expression }) => expression);
}

function panel(expr: string, datasource?: unknown, target?: unknown): object {
  return { panels: [{ title: "P", datasource, targets: [{ expr, datasource: target }] }] };
}

describe("dashboardQueries", () => {
  test("names the source of each query", () => {
    const annotation = { name: "A", expr: "ALERTS" };
    const variable = { type: "query", name: "V", query: "label_values(up, instance)" };
    const found = dashboardQueries(
      JSON.stringify({
        title: "T",
        ...panel("up"),
        templating: { list: [variable] },
        annotations: { list: [annotation] },
      }),
    );
    expect(found).toEqual([
      { where: 'dashboard "T", panel "P"', expression: "up" },
      { where: 'dashboard "T", variable "V"', expression: "up" },
      { where: 'dashboard "T", annotation "A"', expression: "ALERTS" },
    ]);
  });

  test("finds panels in collapsed rows, and in the rows of Grafana 4", () => {
    expect(queriesOf({ panels: [{ type: "row", ...panel("up") }] })).toEqual(["up"]);
    expect(queriesOf({ rows: [panel("up"), panel("down")] })).toEqual(["up", "down"]);
  });

  test("leaves out empty queries", () => {
    expect(queriesOf(panel(""))).toEqual([]);
    expect(queriesOf(panel(" \n"))).toEqual([]);
  });

  test("names a panel without a title by its number", () => {
    const [query] = dashboardQueries(JSON.stringify({ title: "T", panels: [{ id: 7, targets: [{ expr: "up" }] }] }));
    expect(query?.where).toBe('dashboard "T", panel 7');
  });

  test("describes a syntax error by the text in the file", () => {
    const [query] = dashboardQueries(JSON.stringify({ title: "T", ...panel("topk($limit, up") }));
    expect(query).toEqual({
      where: 'dashboard "T", panel "P"',
      expression: "topk($limit, up",
      _problem: 'the expression ends too early, after "topk($limit, up"',
    });
    const [other] = dashboardQueries(JSON.stringify({ title: "T", ...panel("up{job='x'} * $factor + 1) / 2") }));
    expect(other?._problem).toContain("the expression does not parse at character 26, near ");
  });

  test("leaves out queries that cannot be parsed because of their variables, and lists them", () => {
    const dashboard = { ...panel("sum(up) $rest ) + 1"), title: "T" };
    expect(queriesOf(dashboard)).toEqual([]);
    expect(unparsedQueries(JSON.stringify(dashboard))).toEqual(['dashboard "T", panel "P"']);
    expect(unparsedQueries(JSON.stringify({ ...panel("topk($n, up)"), title: "T" }))).toEqual([]);
    expect(unparsedQueries(JSON.stringify({ ...panel("foo bar"), title: "T" }))).toEqual([]);
  });

  test("replaces Grafana's variables", () => {
    expect(queriesOf(panel("rate(a_total[$__rate_interval])"))).toEqual(["rate(a_total[5m])"]);
  });

  test.each([
    ["the default", undefined, undefined],
    ["null", null, null],
    ["the panel's", { type: "prometheus", uid: "prometheus" }, undefined],
    ["the query's", { type: "datasource", uid: "-- Mixed --" }, { type: "prometheus", uid: "prometheus" }],
    ["a variable", { type: "prometheus", uid: "${source}" }, undefined],
    ["a uid without a type", { uid: "prometheus" }, undefined],
  ])("returns queries to Prometheus by this data source: %s", (_how, ofPanel, ofTarget) => {
    expect(queriesOf(panel("up", ofPanel, ofTarget))).toEqual(["up"]);
  });

  test("leaves out queries to other data sources", () => {
    expect(queriesOf(panel('{job="nginx"}', { type: "loki", uid: "loki" }))).toEqual([]);
    expect(queriesOf({ panels: [{ title: "Text", type: "text" }] })).toEqual([]);
  });

  test.each([
    ["label_values(up, instance)", ["up"]],
    ['label_values(up{job=~"a,b"}, instance)', ['up{job=~"a,b"}']],
    [" label_values( rate(a_total[5m]) , instance ) ", ["rate(a_total[5m])"]],
    ["query_result(topk(3, up))", ["topk(3, up)"]],
    ["label_values(up, $label)", ["up"]],
    ["label_values(up, ${label:raw})", ["up"]],
    ["label_values(up, [[label]])", ["up"]],
    ["label_values({}, instance)", []],
    ["label_values(instance)", []],
    ["label_names()", []],
    ["metrics(node_.*)", []],
  ])("reads the variable %s", (query, expected) => {
    expect(queriesOf({ templating: { list: [{ type: "query", query }] } })).toEqual(expected);
    expect(queriesOf({ templating: { list: [{ type: "query", query: { query, refId: "A" } }] } })).toEqual(expected);
  });

  test("leaves out variables without a query", () => {
    expect(queriesOf({ templating: { list: [{ type: "custom", query: "up, down" }] } })).toEqual([]);
  });

  test("reads both forms of annotations, and leaves out Grafana's own", () => {
    const list = [
      { name: "a", expr: "up" },
      { name: "b", target: { expr: "down" } },
      { name: "Annotations & Alerts", builtIn: 1, datasource: { type: "grafana", uid: "-- Grafana --" } },
    ];
    expect(queriesOf({ annotations: { list } })).toEqual(["up", "down"]);
  });
});

test("dashboardLogQueries returns only queries to Loki", () => {
  const loki = { type: "loki", uid: "loki" };
  const dashboard = {
    title: "T",
    panels: [
      { title: "P", datasource: loki, targets: [{ expr: 'rate({job="$job"}[$__auto])' }] },
      { title: "Q", targets: [{ expr: "up" }] },
    ],
    templating: {
      list: [
        { type: "query", name: "V", datasource: loki, query: { label: "job", stream: '{kind="audit"}', type: 1 } },
        { type: "query", name: "W", datasource: loki, query: { label: "job", stream: "", type: 1 } },
        { type: "query", name: "X", datasource: loki, query: 'label_values({kind="oom"}, job)' },
        { type: "query", name: "Y", datasource: loki, query: "label_values({}, job)" },
        { type: "query", name: "Z", datasource: loki, query: { label: "job", stream: "{ }", type: 1 } },
      ],
    },
    annotations: { list: [{ name: "A", datasource: loki, expr: '{kind="error"}' }] },
  };
  expect(dashboardLogQueries(JSON.stringify(dashboard))).toEqual([
    { where: 'dashboard "T", panel "P"', expression: 'rate({job="$job"}[5m])' },
    { where: 'dashboard "T", variable "V"', expression: '{kind="audit"}' },
    { where: 'dashboard "T", variable "X"', expression: '{kind="oom"}' },
    { where: 'dashboard "T", annotation "A"', expression: '{kind="error"}' },
  ]);
  expect(dashboardQueries(JSON.stringify(dashboard)).map(({ expression }) => expression)).toEqual(["up"]);
});

describe.each([Dashboard.fleet(), Dashboard.server(), Dashboard.monitoring()])("the queries of $title", (dashboard) => {
  const kinds = ["node_exporter", "prometheus", "alertmanager", "grafana"];
  const queries = dashboardQueries(dashboard._json({ kinds: new Set(kinds), alerts: [] }) ?? "");

  test("are valid PromQL", () => {
    expect(queries.length).toBeGreaterThan(15);
    for (const { where, expression } of queries) expect([where, promqlProblem(expression)]).toEqual([where, undefined]);
  });

  test("use only metrics that every server emits", () => {
    const collectors = [...defaultCollectors(), "systemd"];
    const emitted = new Set(kinds.flatMap((kind) => [...metricsOf(kind, collectors)]));
    const used = new Set(queries.flatMap(({ expression }) => metricsIn(expression)));
    expect([...used].filter((metric) => !emitted.has(metric) && !PROMETHEUS_METRICS.includes(metric))).toEqual([]);
    expect(collectors).toEqual(expect.arrayContaining(collectorsOf(used)));
  });
});

/** Metrics that Prometheus itself writes for each scrape and alert. */
const PROMETHEUS_METRICS = ["up", "scrape_duration_seconds", "scrape_samples_scraped", "ALERTS", "ALERTS_FOR_STATE"];
