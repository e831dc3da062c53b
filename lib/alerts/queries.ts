import { LogUse } from "../logs/unknown-labels";
import { MetricUse } from "../metrics/unknown-metrics";
import { RuleGroup } from "./rule";

/** Returns the expressions of Prometheus rules, each with the name of its rule for error messages. */
export function ruleQueries(groups: readonly RuleGroup[]): MetricUse[] {
  return groups.flatMap(({ recordings, alerts }) => [
    ...recordings.map(({ record, expr }) => ({ where: `recording rule "${record}"`, expression: expr })),
    ...alerts.map(({ name, expr }) => ({ where: `alert "${name}"`, expression: expr })),
  ]);
}

/** Returns the queries of Loki rules, each with the name of its rule for error messages. */
export function logRuleQueries(groups: readonly RuleGroup[]): LogUse[] {
  return ruleQueries(groups).map(({ where, expression }) => ({ where, query: expression }));
}
