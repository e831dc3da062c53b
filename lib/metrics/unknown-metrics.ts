import { Query } from "../query";
import { emitterOf } from "./catalogue";
import { similarNames } from "./similar-names";
import { metricsIn } from "./promql";

/**
 * A sentence for each metric that is used and that nothing emits, with what does emit it or the nearest names; and for
 * each expression that does not parse.
 */
export function unknownMetrics(uses: readonly Query[], emitted: ReadonlySet<string>): string[] {
  const found = uses.flatMap(({ where, expression }) => {
    try {
      return metricsIn(expression)
        .filter((metric) => !emitted.has(metric))
        .map((metric) => `${where}: nothing emits the metric "${metric}"; ${hint(metric, emitted)}`);
    } catch (error) {
      return [`${where}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  // Two levels of one alert ask for the same.
  return [...new Set(found)];
}

function hint(metric: string, emitted: ReadonlySet<string>): string {
  const source = emitterOf(metric);
  if (source !== undefined) return `it comes from ${source}, which is not there`;
  const nearest = similarNames(metric, emitted);
  const near = nearest.length > 0 ? `the nearest names are ${nearest.join(", ")}` : "no name is near it";
  return `${near}; if an exporter of yours emits it, name it in the metrics of that exporter or scrape job`;
}
