import { groupBy } from "../grouping";
import { durationSeconds } from "../units";
import { Alert, AlertTuning, CustomAlert } from "./alert";
import { builtInAlerts } from "./built-in";
import { AlertDefinition } from "./definition";
import { AlertRule, Evaluator, RuleGroup } from "./rule";

/** What the alerts of a monitoring follow from. */
export interface AlertsInput {
  /** The kinds of components that are placed; built-in alerts about others are left out. */
  readonly kinds: ReadonlySet<string>;
  /** The kinds that are placed on more than one host. @default - none */
  readonly clustered?: ReadonlySet<string>;
  /** Whose rules are asked for. @default Evaluator.PROMETHEUS */
  readonly evaluator?: Evaluator;
  /** The labels that lines of logs have. @default - none */
  readonly lineLabels?: ReadonlySet<string>;
  /** What users want otherwise. */
  readonly changes: readonly Alert[];
  /** What comes before an alert's name in the address of its runbook. @default - alerts have no link to it */
  readonly runbooks?: string;
}

/** The group of users' own alerts. */
export const CUSTOM_GROUP = "custom";

/**
 * The rules of a monitoring that one evaluator has, in groups.
 *
 * @throws when two changes are about one alert
 */
export function alertGroups(input: AlertsInput): RuleGroup[] {
  const changes = changesByName(input.changes);
  const placed = builtInAlerts.filter((alert) => isPlaced(alert, input));
  const on = placed.filter(({ name }) => !isOff(changes.get(name)));
  const groups = [...groupBy(on, ({ group }) => group)].map(([name, alerts]) => ({
    name,
    recordings: [...new Set(alerts.flatMap(({ recordings = [] }) => recordings))],
    alerts: alerts.flatMap((alert) => rulesOf(alert, changes.get(alert.name)?.tuning ?? {}, input)),
  }));
  const own = input.changes.flatMap(({ addition }) => (addition && isOf(addition.evaluator, input) ? addition : []));
  return own.length === 0 ? groups : [...groups, { name: CUSTOM_GROUP, recordings: [], alerts: own.map(customRule) }];
}

function changesByName(changes: readonly Alert[]): ReadonlyMap<string, Alert> {
  const byName = new Map<string, Alert>();
  for (const change of changes) {
    if (byName.has(change.name))
      throw new Error(
        `alerts: there are two entries for "${change.name}": make them one, or give an alert of your own another name`,
      );
    byName.set(change.name, change);
  }
  return byName;
}

function isOff(change: Alert | undefined): boolean {
  return change !== undefined && change.tuning === undefined;
}

function isOf(evaluator: Evaluator | undefined, input: AlertsInput): boolean {
  return (evaluator ?? Evaluator.PROMETHEUS) === (input.evaluator ?? Evaluator.PROMETHEUS);
}

function isPlaced(definition: AlertDefinition, input: AlertsInput): boolean {
  const { kinds, clustered = false, evaluator, lineLabels = [] } = definition;
  if (!isOf(evaluator, input) || !lineLabels.every((label) => input.lineLabels?.has(label))) return false;
  const where = clustered ? (input.clustered ?? new Set<string>()) : input.kinds;
  return kinds.every((kind) => where.has(kind));
}

function rulesOf(definition: AlertDefinition, tuning: AlertTuning, { kinds, runbooks }: AlertsInput): AlertRule[] {
  const { name, thresholds, levels, summary, description, dashboard } = definition;
  const values = Object.fromEntries(Object.entries(thresholds).map(([key, { value }]) => [key, value]));
  return levels.map((level) => ({
    name,
    expr: level.expr({ ...values, ...tuning.thresholds }),
    ...atOnce(tuning.for ?? level.for),
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
  return { name, expr, ...atOnce(custom.for), severity, labels, annotations: { summary, description, ...runbook } };
}

/** `for` as a rule has it: none where it is nothing. */
function atOnce(duration: string | undefined): { readonly for?: string } {
  return duration === undefined || durationSeconds(duration) === 0 ? {} : { for: duration };
}
