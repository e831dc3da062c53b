import { collectorsOf } from "../../lib/metrics/catalogue";
import { Query } from "../../lib/query";
import { promqlProblem, metricsIn } from "../../lib/metrics/promql";
import { unknownMetrics } from "../../lib/metrics/unknown-metrics";
import { IMonitoring } from "../contracts";

/** Returns a problem for each PromQL query for a metric that nothing emits. Complete at synthesis. */
export function metricProblems(monitoring: IMonitoring): string[] {
  // Without Prometheus there are no queries, and another check reports the missing Prometheus.
  return monitoring._first("prometheus") ? unknownMetrics(queriesOf(monitoring), emittedMetrics(monitoring)) : [];
}

/** Returns the node exporter collectors, and their options, that rules and dashboards need. */
export function neededCollectors(monitoring: IMonitoring): readonly string[] {
  // Another check reports queries that do not parse.
  const valid = queriesOf(monitoring).filter(({ expression }) => promqlProblem(expression) === undefined);
  const named = monitoring._components.flatMap(({ _collectors: collectors }) => collectors);
  const inferred = collectorsOf(new Set(valid.flatMap(({ expression }) => metricsIn(expression))));
  return [...new Set([...named, ...inferred])].sort();
}

/** Returns the names of all metrics that components emit or that users declare. */
export function emittedMetrics({ _components: components, _members: members }: IMonitoring): ReadonlySet<string> {
  // Most node exporters of a large fleet share one set.
  const sets = new Set(components.map(({ emits }) => emits));
  return new Set([
    ...[...sets].flatMap((metrics) => [...metrics]),
    ...members.flatMap((member) => member._declaredMetrics),
  ]);
}

function queriesOf({ _components: components }: IMonitoring): Query[] {
  return components.flatMap(({ queries }) => queries);
}
