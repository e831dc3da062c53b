import { cataloguedMetrics, collectorsOf, defaultPatterns } from "./catalogue";

/**
 * Returns the JSON with which the role `grafana` checks dashboards that exist only at deploy time: `emitted` contains the
 * names and patterns of the emitted metrics, and `collectors` the collectors of node exporter for each metric that
 * nothing emits.
 */
export function knownMetrics(emitted: ReadonlySet<string>): string {
  const collectors = cataloguedMetrics()
    .filter((metric) => !emitted.has(metric))
    .map((metric) => [metric, collectorsOf([metric])] as const)
    .filter(([, names]) => names.length > 0);
  return `${JSON.stringify({ emitted: [...emitted, ...defaultPatterns()].sort(), collectors: Object.fromEntries(collectors) })}\n`;
}
