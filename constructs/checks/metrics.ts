import { collectorsOf } from "../../lib/metrics/catalogue";
import { promqlProblem, metricsIn } from "../../lib/metrics/promql";
import { MetricUse, unknownMetrics } from "../../lib/metrics/unknown-metrics";
import type { Monitoring } from "../monitoring";

/** What a monitoring's rules and dashboards ask that nothing answers, as sentences. Asked at synthesis, when all is placed. */
export function metricProblems(monitoring: Monitoring): string[] {
  // Without Prometheus nothing is asked, and that it is missing is told.
  return monitoring._first("prometheus") ? unknownMetrics(queriesOf(monitoring), emittedMetrics(monitoring)) : [];
}

/** The collectors of node exporter, and switches of theirs, that a monitoring's rules and dashboards need. */
export function neededCollectors(monitoring: Monitoring): readonly string[] {
  // What does not parse is told of by validation.
  const sound = queriesOf(monitoring).filter(({ expression }) => promqlProblem(expression) === undefined);
  return collectorsOf(new Set(sound.flatMap(({ expression }) => metricsIn(expression))));
}

/** The names of all that Prometheus gets, of whatever is placed, and of what users said that theirs emit. */
export function emittedMetrics({ _components: components, _members: members }: Monitoring): ReadonlySet<string> {
  // Most of a large fleet's node exporters share theirs.
  const sets = new Set(components.map(({ emits }) => emits));
  return new Set([
    ...[...sets].flatMap((metrics) => [...metrics]),
    ...members.flatMap((member) => member._declaredMetrics),
  ]);
}

function queriesOf({ _components: components }: Monitoring): MetricUse[] {
  return components.flatMap(({ queries }) => queries);
}
