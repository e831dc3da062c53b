import { expandedCatalogue } from "../../lib/metrics/catalogue-entry";
import generated from "../../lib/metrics/catalogue.json";

const catalogue = expandedCatalogue(generated);

/**
 * Returns the metrics that a component emits in the version that these tests run, which can be older than the release. The
 * result includes metrics of all collectors.
 */
export function testedMetricsOf(kind: string): ReadonlySet<string> {
  const entry = catalogue[kind];
  const lists = entry ? [entry, ...Object.values(entry.collectors ?? {})] : [];
  return new Set(lists.flatMap(({ observed, possible = [], removed = [] }) => [...observed, ...possible, ...removed]));
}
