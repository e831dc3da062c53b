import { MetricUse } from "../metrics/unknown-metrics";
import { RuleGroup } from "./rule";

/** What rules ask, and which of them does. */
export function ruleQueries(groups: readonly RuleGroup[]): MetricUse[] {
  return groups.flatMap(({ recordings, alerts }) => [
    ...recordings.map(({ record, expr }) => ({ where: `recording rule "${record}"`, expression: expr })),
    ...alerts.map(({ name, expr }) => ({ where: `alert "${name}"`, expression: expr })),
  ]);
}
