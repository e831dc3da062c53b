import { Alert } from "../../lib/alerts/alert";
import { builtInAlerts } from "../../lib/alerts/built-in";
import { alertGroups } from "../../lib/alerts/groups";
import { AlertRule, Evaluator, RuleGroup } from "../../lib/alerts/rule";

/** All kinds of components that alerts are about. */
export const KINDS: readonly string[] = [...new Set(builtInAlerts.flatMap(({ kinds }) => kinds))];

/** The groups of a monitoring that has some kinds, of which some are on several hosts. */
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

/** The groups of a monitoring that has everything. */
export function allGroups(...changes: readonly Alert[]): RuleGroup[] {
  return groupsFor(KINDS, KINDS, ...changes);
}

/** The groups of Loki in such a monitoring. */
export function allLogGroups(...changes: readonly Alert[]): RuleGroup[] {
  return alertGroups({
    evaluator: Evaluator.LOKI,
    kinds: new Set(KINDS),
    lineLabels: new Set(builtInAlerts.flatMap(({ lineLabels = [] }) => lineLabels)),
    changes,
    runbooks: "https://runbooks.example/#",
  });
}

/** The rules of all groups. */
export function rulesOf(groups: readonly RuleGroup[]): AlertRule[] {
  return groups.flatMap(({ alerts }) => alerts);
}
