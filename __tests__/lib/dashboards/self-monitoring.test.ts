import { Dashboard } from "../../../lib/dashboards/dashboard";
import { DashboardSubject } from "../../../lib/dashboards/dashboard-subject";
import { panelsOf } from "../../../lib/dashboards/model";
import { AGENT_METRICS } from "../../../lib/logs/agent-metrics";
import { metricsOf } from "../../../lib/metrics/catalogue";
import {
  built,
  coloursOf,
  columnsOf,
  expressionsOf,
  KINDS,
  metricsOfPanels,
  panelTitled,
  subjectWith,
} from "../../support/dashboards";

const prometheusOnly: DashboardSubject = { kinds: new Set(["node_exporter", "prometheus"]), alerts: [] };
const dashboard = built(Dashboard.monitoring(), subjectWith());
/** Panels between a heading and the next one. */
const section = (heading: string) => {
  const panels = panelsOf(dashboard);
  const start = panels.findIndex(({ type, title }) => type === "row" && title === heading);
  const rest = panels.slice(start + 1);
  const end = rest.findIndex(({ type }) => type === "row");
  return end === -1 ? rest : rest.slice(0, end);
};

describe("Self-monitoring", () => {
  const headings = (subject: DashboardSubject) =>
    panelsOf(built(Dashboard.monitoring(), subject))
      .filter(({ type }) => type === "row")
      .map(({ title }) => title);

  test("has a section for each placed component", () => {
    expect(headings(subjectWith())).toEqual([
      "Scrape targets",
      "Exporters",
      "Prometheus",
      "Alert delivery to Alertmanager",
      "Alertmanager",
      "Loki",
      "Loki requests and rules",
      "Gateway",
      "Log agents",
      "Grafana",
    ]);
    expect(headings(prometheusOnly)).toEqual(["Scrape targets", "Exporters", "Prometheus"]);
  });

  test("uses no metrics of components that are not placed", () => {
    expect(Dashboard.monitoring()._json(prometheusOnly)).not.toMatch(
      /alertmanager_|grafana_|loki_|promtail_|log_agent/,
    );
  });

  test("uses only metrics that the components emit", () => {
    const emitted = new Set([
      ...KINDS.flatMap((kind) => [...metricsOf(kind)]),
      ...metricsOf("caddy"),
      ...AGENT_METRICS,
      ...["up", "scrape_duration_seconds", "scrape_samples_scraped"],
    ]);
    const used = metricsOfPanels(panelsOf(dashboard));
    expect(used.size).toBeGreaterThan(60);
    expect([...used].filter((metric) => !emitted.has(metric))).toEqual([]);
  });

  test("queries the metrics of both log agents", () => {
    const used = [...metricsOfPanels(section("Log agents"))];
    const of = (prefix: RegExp) => used.filter((metric) => prefix.test(metric)).length;
    expect(of(/^loki_(write|source_file|source_journal)_/)).toBe(10);
    expect(of(/^promtail_/)).toBe(10);
  });

  test("lists failing collectors with their servers", () => {
    const panel = panelTitled(dashboard, "Failing collectors");
    expect(columnsOf(panel)).toEqual(["Server", "Collector"]);
    expect(panel).toMatchObject({ fieldConfig: { defaults: { noValue: "No collector fails" } } });
  });

  test("names rule groups without the path of their file", () => {
    const panels = panelsOf(dashboard).filter(({ title }) => title === "Rule group duration");
    expect(panels).toHaveLength(2);
    for (const panel of panels) {
      expect(panel.targets).toMatchObject([{ legendFormat: "{{group}}" }]);
      expect(expressionsOf(panel)).toEqual([expect.stringContaining('"group", "$1", "rule_group", ".*;(.*)")')]);
    }
  });

  test("leaves connections without a status out of Grafana's requests", () => {
    const panel = section("Grafana").find(({ title }) => title === "Requests");
    expect(panel && expressionsOf(panel)).toEqual([
      expect.stringContaining('grafana_http_request_duration_seconds_count{status_code!="-1"}'),
    ]);
  });

  test("shows requests of a log agent that Loki did not answer in red", () => {
    const panel = panelTitled(dashboard, "Requests to Loki");
    expect(expressionsOf(panel)).toEqual([
      expect.stringContaining('"status_class", "no answer", "status_code", "-1")'),
    ]);
    expect(coloursOf(panel)).toMatchObject({ "/^5../": "red", "no answer": "red" });
  });

  test("counts failed rules of Prometheus and of Loki", () => {
    expect(expressionsOf(panelTitled(dashboard, "Rule failures"))).toEqual([
      "round((sum(increase(prometheus_rule_evaluation_failures_total[1h])) or vector(0)) + (sum(increase(loki_prometheus_rule_evaluation_failures_total[1h])) or vector(0)))",
    ]);
  });

  test("draws no axis from 0 to 100 % for small percentages", () => {
    const long = panelsOf(dashboard).filter(
      ({ fieldConfig }) => (fieldConfig as { defaults?: { max?: number } } | undefined)?.defaults?.max === 100,
    );
    // The used space of a disk is rarely small.
    expect(long.map(({ title }) => title)).toEqual(["Disk used"]);
  });
});
