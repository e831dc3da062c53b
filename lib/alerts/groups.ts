import { groupBy } from "../grouping";
import { Budgets, DEFAULT_DAILY_VOLUME, DEFAULT_SERIES_BUDGET } from "../budgets";
import { byteSize, durationSeconds } from "../units";
import { Alert, AlertTuning, CustomAlert } from "./alert";
import { builtInAlerts } from "./built-in";
import { AlertDefinition } from "./definition";
import { AlertRule, Evaluator, RuleGroup } from "./rule";

/** Input of {@link alertGroups}. */
export interface AlertsInput extends Budgets {
  /** Kinds of components that are placed. Built-in alerts about other kinds are left out. */
  readonly kinds: ReadonlySet<string>;
  /** Kinds that are placed on more than one host. @default - none */
  readonly clustered?: ReadonlySet<string>;
  /** The program whose rules are returned. @default Evaluator.PROMETHEUS */
  readonly evaluator?: Evaluator;
  /** Labels of the log lines. @default - none */
  readonly lineLabels?: ReadonlySet<string>;
  /** CIDR blocks from which only Ansible connects. @default - none */
  readonly controllers?: readonly string[];
  /** Names of the servers of Loki. @default - none */
  readonly lokis?: readonly string[];
  /** Tuned, disabled and user-provided alerts. */
  readonly changes: readonly Alert[];
  /** URL prefix of runbooks, to which the alert's name is appended. @default - alerts have no runbook link */
  readonly runbooks?: string;
}

/** Name of the rule group of user-provided alerts. */
export const CUSTOM_GROUP = "custom";

/**
 * Returns the rule groups that one program evaluates for a Monitoring.
 *
 * @throws if two changes have the same alert name
 */
export function alertGroups(input: AlertsInput): RuleGroup[] {
  const changes = changesByName(input.changes);
  const placed = builtInAlerts.filter((alert) => isPlaced(alert, input));
  const on = placed.filter(({ name }) => !isOff(changes.get(name)));
  const groups = [...groupBy(on, ({ group }) => group)].map(([name, alerts]) => ({
    name,
    recordings: [...new Set(alerts.flatMap(({ recordings = [] }) => recordings))],
    alerts: alerts.flatMap((alert) => rulesOf(alert, changes.get(alert.name)?._tuning ?? {}, input)),
  }));
  const custom = input.changes.flatMap(({ _addition: addition }) =>
    addition && isOf(addition.evaluator, input) ? addition : [],
  );
  return custom.length === 0
    ? groups
    : [...groups, { name: CUSTOM_GROUP, recordings: [], alerts: custom.map(customRule) }];
}

function changesByName(changes: readonly Alert[]): ReadonlyMap<string, Alert> {
  const byName = new Map<string, Alert>();
  for (const change of changes) {
    if (byName.has(change.name))
      throw new Error(`alerts: "${change.name}" has two entries: merge them, or rename the custom alert`);
    byName.set(change.name, change);
  }
  return byName;
}

function isOff(change: Alert | undefined): boolean {
  return change !== undefined && change._tuning === undefined;
}

function isOf(evaluator: Evaluator | undefined, input: AlertsInput): boolean {
  return (evaluator ?? Evaluator.PROMETHEUS) === (input.evaluator ?? Evaluator.PROMETHEUS);
}

function isPlaced(definition: AlertDefinition, input: AlertsInput): boolean {
  const { kinds, clustered = false, evaluator, lineLabels = [] } = definition;
  if (!isOf(evaluator, input) || !lineLabels.every((label) => input.lineLabels?.has(label))) return false;
  const required = clustered ? (input.clustered ?? new Set<string>()) : input.kinds;
  return kinds.every((kind) => required.has(kind));
}

function rulesOf(definition: AlertDefinition, tuning: AlertTuning, input: AlertsInput): AlertRule[] {
  const { kinds, runbooks, controllers = [], lokis = [], seriesBudget = DEFAULT_SERIES_BUDGET } = input;
  const { logBudget = byteSize(DEFAULT_DAILY_VOLUME) ?? 0 } = input;
  const { name, thresholds, levels, summary, description, dashboard } = definition;
  const values = Object.fromEntries(Object.entries(thresholds).map(([key, { value }]) => [key, value]));
  return levels.map((level) => ({
    name,
    expr: level.expr({ ...values, ...tuning.thresholds }, { controllers, lokis, seriesBudget, logBudget }),
    ...forClause(tuning.for ?? level.for),
    severity: tuning.severity ?? level.severity,
    labels: tuning.labels ?? {},
    annotations: {
      summary,
      description,
      ...(runbooks === undefined ? {} : { runbook_url: `${runbooks}${name}` }),
      ...(kinds.has("grafana") ? { dashboard } : {}),
    },
  }));
}

function customRule(custom: CustomAlert): AlertRule {
  const { name, expr, severity, summary, description, runbookUrl, labels = {} } = custom;
  const runbook = runbookUrl === undefined ? {} : { runbook_url: runbookUrl };
  return { name, expr, ...forClause(custom.for), severity, labels, annotations: { summary, description, ...runbook } };
}

/** Returns the rule's `for`; a duration of zero is left out. */
function forClause(duration: string | undefined): { readonly for?: string } {
  return duration === undefined || durationSeconds(duration) === 0 ? {} : { for: duration };
}
