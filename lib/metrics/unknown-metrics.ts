import { Query, queryProblem } from "../query";
import { fullMatcher } from "../regular-expression";
import { cataloguedMetric, cataloguedMetrics, emitterOf, Presence } from "./catalogue";
import { didYouMean } from "./similar-names";
import { metricsIn, MetricUse, missingMetrics, promqlProblem } from "./promql";

/**
 * Returns the problems of PromQL expressions: expressions that do not parse, and metrics that nothing emits. The
 * message names a component or collector that can emit the metric, or similar metrics.
 */
export function unknownMetrics(uses: readonly Query[], emitted: ReadonlySet<string>): string[] {
  const found = findingsOf(uses, emitted)
    .filter(({ isExcused }) => !isExcused)
    .flatMap(({ query, syntax, missing }) =>
      [...syntax, ...missing.map((use) => sentence(use, emitted))].map((problem) => queryProblem(query, problem)),
    );
  // The levels of an alert, such as warning and critical, use the same metrics.
  return [...new Set(found)];
}

/**
 * Returns the metrics that nothing emits in queries of user-provided dashboards, if another query of the panel has data.
 * Such dashboards often contain the names of several versions of an exporter. Sorted, each once.
 */
export function excusedMetrics(uses: readonly Query[], emitted: ReadonlySet<string>): string[] {
  const excused = findingsOf(uses, emitted).filter(({ isExcused }) => isExcused);
  return [...new Set(excused.flatMap(({ missing }) => missing.map(({ metric }) => metric)))].sort();
}

/**
 * Returns the metrics in PromQL expressions that a server can lack, because they depend on its hardware, kernel modules
 * or settings. Sorted, each once.
 */
export function possibleMetrics(uses: readonly Query[]): string[] {
  const valid = uses.filter(({ expression }) => promqlProblem(expression) === undefined);
  const names = valid.flatMap(({ expression }) => metricsIn(expression));
  const uncertain = [Presence.POSSIBLE, Presence.PATTERN];
  return [...new Set(names)].filter((name) => uncertain.some((each) => presenceOf(name) === each)).sort();
}

/** The result of the check of a query. */
interface Finding {
  readonly query: Query;
  /** The syntax error, if there is one. */
  readonly syntax: readonly string[];
  readonly missing: readonly MetricUse[];
  /** Whether another query of the same panel of a user-provided dashboard has data. */
  readonly isExcused: boolean;
}

function findingsOf(uses: readonly Query[], emitted: ReadonlySet<string>): Finding[] {
  const findings = uses.filter(({ _unchecked: unchecked }) => !unchecked).map((query) => check(query, emitted));
  const complete = findings.filter(
    ({ query, syntax, missing }) => query._mayBeEmpty && !syntax.length && !missing.length,
  );
  const panels = new Set(complete.map(({ query }) => query.where));
  return findings.map((finding) => {
    const { query, syntax, missing } = finding;
    const isPartial = query._mayBeEmpty && syntax.length === 0 && missing.length > 0;
    return { ...finding, isExcused: isPartial === true && panels.has(query.where) };
  });
}

function check(query: Query, emitted: ReadonlySet<string>): Finding {
  const { expression, _problem: problem, _mayBeEmpty: mayBeEmpty } = query;
  const isMissing = ({ metric, isPattern }: MetricUse): boolean => {
    if (isPattern) return ![...emitted].some(fullMatcher(metric));
    return !emitted.has(metric) && !(mayBeEmpty && presenceOf(metric) === Presence.PATTERN);
  };
  const finding = { query, syntax: [], missing: [], isExcused: false };
  if (problem !== undefined) return { ...finding, syntax: [problem] };
  try {
    return { ...finding, missing: missingMetrics(expression, isMissing) };
  } catch (error) {
    return { ...finding, syntax: [error instanceof Error ? error.message : String(error)] };
  }
}

function sentence({ metric, isPattern }: MetricUse, emitted: ReadonlySet<string>): string {
  const what = isPattern ? `a metric that matches "${metric}"` : `the metric "${metric}"`;
  const [known = metric] = isPattern ? cataloguedMetrics().filter(fullMatcher(metric)) : [];
  return `nothing emits ${what}: ${hint(known, emitted)}`;
}

function hint(metric: string, emitted: ReadonlySet<string>): string {
  const { kind, presence } = cataloguedMetric(metric) ?? {};
  if (presence === Presence.REMOVED) {
    const replacement = didYouMean(metric, emitted) ?? "remove the query";
    return `the pinned version of ${kind ?? ""} no longer has it: ${replacement}`;
  }
  const source = emitterOf(metric);
  if (source !== undefined && presence !== Presence.PATTERN) return `add or enable ${source}, which emits it`;
  const similar = didYouMean(metric, emitted);
  const remedy =
    source === undefined
      ? "your own exporter emits it, add it to the metrics of that exporter or scrape job"
      : `${source} emits it on your servers, add it to the metrics of the node exporter`;
  return similar === undefined ? `if ${remedy}` : `${similar} If ${remedy}`;
}

function presenceOf(metric: string): Presence | undefined {
  return cataloguedMetric(metric)?.presence;
}
