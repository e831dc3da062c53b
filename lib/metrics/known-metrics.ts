import { cataloguedMetrics, collectorsOf, defaultPatterns } from "./catalogue";

/**
 * Returns the metrics, as JSON, with which the role `grafana` checks dashboards that only exist at deploy time:
 * `emitted`, their names and patterns, and `collectors`, the collectors of node exporter by metric that nothing emits.
 */
export function knownMetrics(emitted: ReadonlySet<string>): string {
  const collectors = cataloguedMetrics()
    .filter((metric) => !emitted.has(metric))
    .map((metric) => [metric, collectorsOf([metric])] as const)
    .filter(([, names]) => names.length > 0);
  return `${JSON.stringify({ emitted: [...emitted, ...defaultPatterns()].sort(), collectors: Object.fromEntries(collectors) })}\n`;
}
