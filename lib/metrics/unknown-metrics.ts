import { Query } from "../query";
import { emitterOf } from "./catalogue";
import { didYouMean } from "./similar-names";
import { metricsIn } from "./promql";

/**
 * Returns the problems of PromQL expressions: expressions that do not parse, and metrics that nothing emits. The
 * message names a component or collector that can emit the metric, or similar metrics.
 */
export function unknownMetrics(uses: readonly Query[], emitted: ReadonlySet<string>): string[] {
  const found = uses.flatMap(({ where, expression }) => {
    try {
      return metricsIn(expression)
        .filter((metric) => !emitted.has(metric))
        .map((metric) => `${where}: nothing emits the metric "${metric}": ${hint(metric, emitted)}`);
    } catch (error) {
      return [`${where}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  // The levels of an alert, such as warning and critical, use the same metrics.
  return [...new Set(found)];
}

function hint(metric: string, emitted: ReadonlySet<string>): string {
  const source = emitterOf(metric);
  if (source !== undefined) return `add or enable ${source}, which emits it`;
  const similar = didYouMean(metric, emitted);
  const remedy = "your own exporter emits it, add it to the metrics of that exporter or scrape job";
  return similar === undefined ? `if ${remedy}` : `${similar} If ${remedy}`;
}
