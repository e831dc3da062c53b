import { Query } from "../query";
import { fullMatcher } from "../regular-expression";
import { cataloguedMetric, cataloguedMetrics, emitterOf, Presence } from "./catalogue";
import { didYouMean } from "./similar-names";
import { metricsIn, MetricUse, missingMetrics, promqlProblem } from "./promql";

/**
 * Returns the problems of PromQL expressions: expressions that do not parse, and metrics that nothing emits. The
 * message names a component or collector that can emit the metric, or similar metrics.
 */
export function unknownMetrics(uses: readonly Query[], emitted: ReadonlySet<string>): string[] {
  const found = uses
    .filter(({ _unchecked: unchecked }) => !unchecked)
    .flatMap((query) => problemsOf(query, emitted).map((problem) => `${query.where}: ${problem}`));
  // The levels of an alert, such as warning and critical, use the same metrics.
  return [...new Set(found)];
}

/**
 * Returns the metrics in PromQL expressions that a server can lack, because they depend on its hardware, kernel modules
 * or settings. Sorted, each once.
 */
export function possibleMetrics(uses: readonly Query[]): string[] {
  const valid = uses.filter(({ expression }) => promqlProblem(expression) === undefined);
  const names = valid.flatMap(({ expression }) => metricsIn(expression));
  return [...new Set(names.filter((name) => cataloguedMetric(name)?.presence === Presence.POSSIBLE))].sort();
}

function problemsOf({ expression, _problem: problem }: Query, emitted: ReadonlySet<string>): string[] {
  if (problem !== undefined) return [problem];
  try {
    return missingMetrics(expression, ({ metric, isPattern }) =>
      isPattern ? ![...emitted].some(fullMatcher(metric)) : !emitted.has(metric),
    ).map((use) => sentence(use, emitted));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function sentence({ metric, isPattern }: MetricUse, emitted: ReadonlySet<string>): string {
  const what = isPattern ? `a metric that matches "${metric}"` : `the metric "${metric}"`;
  const [known = metric] = isPattern ? cataloguedMetrics().filter(fullMatcher(metric)) : [];
  return `nothing emits ${what}: ${hint(known, emitted)}`;
}

function hint(metric: string, emitted: ReadonlySet<string>): string {
  const source = emitterOf(metric);
  if (source !== undefined) return `add or enable ${source}, which emits it`;
  const similar = didYouMean(metric, emitted);
  const remedy = "your own exporter emits it, add it to the metrics of that exporter or scrape job";
  return similar === undefined ? `if ${remedy}` : `${similar} If ${remedy}`;
}
