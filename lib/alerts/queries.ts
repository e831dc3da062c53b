import { LogUse } from "../logs/unknown-labels";
import { MetricUse } from "../metrics/unknown-metrics";
import { RuleGroup } from "./rule";

/** What rules of Prometheus ask, and which of them does. */
export function ruleQueries(groups: readonly RuleGroup[]): MetricUse[] {
  return groups.flatMap(({ recordings, alerts }) => [
    ...recordings.map(({ record, expr }) => ({ where: `recording rule "${record}"`, expression: expr })),
    ...alerts.map(({ name, expr }) => ({ where: `alert "${name}"`, expression: expr })),
  ]);
}

/** What rules of Loki ask, and which of them does. */
export function logRuleQueries(groups: readonly RuleGroup[]): LogUse[] {
  return ruleQueries(groups).map(({ where, expression }) => ({ where, query: expression }));
}
