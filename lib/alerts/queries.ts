import { Query } from "../query";
import { RuleGroup } from "./rule";

/** Returns the expressions of rules, each with the name of its rule for messages. */
export function ruleQueries(groups: readonly RuleGroup[]): Query[] {
  return groups.flatMap(({ recordings, alerts }) => [
    ...recordings.map(({ record, expr }) => ({ where: `recording rule "${record}"`, expression: expr })),
    ...alerts.map(({ name, expr }) => ({ where: `alert "${name}"`, expression: expr })),
  ]);
}
