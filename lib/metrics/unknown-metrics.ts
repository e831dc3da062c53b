import { distance } from "fastest-levenshtein";
import { sourceOf } from "./catalogue";
import { metricsIn } from "./promql";

/** A PromQL expression, and what it belongs to. */
export interface MetricUse {
  /** For people: `alert "DiskFull"`, `dashboard "Fleet", panel "CPU"`. */
  readonly where: string;
  readonly expression: string;
}

/**
 * A sentence for each metric that is used and that nothing emits, with what does emit it or the nearest names; and for
 * each expression that does not parse.
 */
export function unknownMetrics(uses: readonly MetricUse[], emitted: ReadonlySet<string>): string[] {
  return uses.flatMap(({ where, expression }) => {
    try {
      return metricsIn(expression)
        .filter((metric) => !emitted.has(metric))
        .map((metric) => `${where}: nothing emits the metric "${metric}"; ${hint(metric, emitted)}`);
    } catch (error) {
      return [`${where}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/** The names closest to one that there is not, nearest first: those that begin with it, then those written alike. */
export function nearestNames(name: string, names: Iterable<string>, count = 3): string[] {
  const ranked = [...names].map((other) => ({ other, rank: other.startsWith(name) ? 0 : distance(name, other) }));
  return ranked
    .filter(({ rank }) => rank <= name.length * LIKENESS)
    .sort((a, b) => a.rank - b.rank || (a.other < b.other ? -1 : 1))
    .slice(0, count)
    .map(({ other }) => other);
}

/** Up to which part of a name's letters may differ in one that is meant instead. */
const LIKENESS = 0.5;

function hint(metric: string, emitted: ReadonlySet<string>): string {
  const source = sourceOf(metric);
  if (source !== undefined) return `it comes from ${source}, which is not there`;
  const nearest = nearestNames(metric, emitted);
  return nearest.length > 0 ? `the nearest names are ${nearest.join(", ")}` : "no name is near it";
}
