import { Alert } from "../../lib/alerts/alert";
import { builtInAlerts } from "../../lib/alerts/built-in";
import { alertGroups } from "../../lib/alerts/groups";
import { AlertRule, Evaluator, RuleGroup } from "../../lib/alerts/rule";

/** All kinds of components that have alerts. */
export const KINDS: readonly string[] = [...new Set(builtInAlerts.flatMap(({ kinds }) => kinds))];

/** Returns Prometheus' rule groups for some kinds of components; `clustered` ones are placed on several hosts. */
export function groupsFor(
  kinds: readonly string[],
  clustered: readonly string[] = [],
  ...changes: readonly Alert[]
): RuleGroup[] {
  return alertGroups({
    kinds: new Set(kinds),
    clustered: new Set(clustered),
    changes,
    runbooks: "https://runbooks.example/#",
  });
}

/** Returns Prometheus' rule groups of a Monitoring with all kinds of components. */
export function allGroups(...changes: readonly Alert[]): RuleGroup[] {
  return groupsFor(KINDS, KINDS, ...changes);
}

/** Facts about the Monitoring of {@link allLogGroups}. */
export const SURROUNDINGS = {
  controllers: ["198.18.7.0/24", "2001:db8::9/128"],
  lokis: ["hub", "logs.example.com"],
  seriesBudget: 500_000,
  logBudget: 2 * 1024 ** 3,
};

/** Returns Loki's rule groups of a Monitoring with all kinds of components. */
export function allLogGroups(...changes: readonly Alert[]): RuleGroup[] {
  return alertGroups({
    evaluator: Evaluator.LOKI,
    kinds: new Set(KINDS),
    lineLabels: new Set(builtInAlerts.flatMap(({ lineLabels = [] }) => lineLabels)),
    ...SURROUNDINGS,
    changes,
    runbooks: "https://runbooks.example/#",
  });
}

/** Returns the alerting rules of all groups. */
export function rulesOf(groups: readonly RuleGroup[]): AlertRule[] {
  return groups.flatMap(({ alerts }) => alerts);
}
