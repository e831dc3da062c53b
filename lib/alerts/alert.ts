import { logqlProblem } from "../logs/logql";
import { promqlProblem } from "../metrics/promql";
import { similarNames } from "../metrics/similar-names";
import { labelNameProblem } from "../names";
import { durationProblem, durationSeconds } from "../units";
import { builtInAlerts } from "./built-in";
import { AlertDefinition, thresholdProblem } from "./definition";
import { Evaluator, Severity } from "./rule";

/** Changes to a built-in alert. */
export interface AlertTuning {
  /**
   * Time that the condition must hold before the alert fires, such as `5m`. With `0s`, the alert fires immediately. The
   * time applies to all levels of the alert.
   *
   * @default - the built-in duration of each level
   */
  readonly for?: string;
  /**
   * Thresholds by name, in the units listed in `docs/reference/alerts.md`.
   *
   * @default - the built-in thresholds
   */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Severity of an alert that has a single level. @default - the built-in severity */
  readonly severity?: Severity;
  /** Labels added to the alert. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A user-provided alert. */
export interface CustomAlert {
  /** Name, such as `QueueTooLong`: letters and digits, starting with an upper-case letter. */
  readonly name: string;
  /** Expression in PromQL, or in LogQL if Loki evaluates it. The alert fires for each series of its result. */
  readonly expr: string;
  /** The program that evaluates the expression. @default Evaluator.PROMETHEUS */
  readonly evaluator?: Evaluator;
  /** Time that the condition must hold before the alert fires, such as `5m`. @default - the alert fires immediately */
  readonly for?: string;
  /** Severity, which decides the receiver of notifications. */
  readonly severity: Severity;
  /**
   * Problem and affected server, in one line. The text is a Go template that can use `{{ $labels.instance }}` and
   * `{{ $value }}`.
   */
  readonly summary: string;
  /** Impact and remedy. The text is a Go template like `summary`. */
  readonly description: string;
  /** URL of the runbook. @default - no link */
  readonly runbookUrl?: string;
  /** Labels added to the alert. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * A change to a built-in alert, or an additional alert. Pass it in the prop `alerts` of the `Monitoring`.
 *
 * @example
 * Alert.tune("DiskFull", { thresholds: { warning: 85 } });
 * Alert.off("NetworkDrops");
 */
export class Alert {
  /**
   * Changes a built-in alert.
   *
   * @throws if the alert or a threshold does not exist, a value is out of range, or a duration or label is malformed
   */
  public static tune(name: string, tuning: AlertTuning): Alert {
    const definition = builtIn(name);
    check(name, tuningProblems(definition, tuning));
    return new Alert(name, { tuning });
  }

  /**
   * Disables a built-in alert.
   *
   * @throws if the alert does not exist
   */
  public static off(name: string): Alert {
    return new Alert(builtIn(name).name, {});
  }

  /**
   * Adds an alert.
   *
   * @throws if the name is invalid or taken, or the expression, the duration or a label is malformed
   */
  public static custom(custom: CustomAlert): Alert {
    check(custom.name, customProblems(custom));
    return new Alert(custom.name, { custom });
  }

  private constructor(
    /** Name of the alert. */
    public readonly name: string,
    private readonly change: { readonly tuning?: AlertTuning; readonly custom?: CustomAlert },
  ) {}

  /** Changes to the built-in alert; undefined if the alert is disabled or user-provided. @internal */
  public get _tuning(): AlertTuning | undefined {
    return this.change.tuning;
  }

  /** The user-provided alert; undefined if a built-in alert is changed. @internal */
  public get _addition(): CustomAlert | undefined {
    return this.change.custom;
  }
}

function builtIn(name: string): AlertDefinition {
  const found = builtInAlerts.find((alert) => alert.name === name);
  if (found) return found;
  const names = builtInAlerts.map((alert) => alert.name);
  const near = similarNames(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `the built-in alerts are ${names.join(", ")}`;
  throw new Error(`unknown built-in alert "${name}": ${hint}`);
}

function check(name: string, problems: Iterable<string>): void {
  for (const problem of problems) throw new Error(`alert "${name}": ${problem}`);
}

function* tuningProblems(definition: AlertDefinition, tuning: AlertTuning): Generator<string> {
  const { thresholds, levels } = definition;
  yield* thresholdProblems(definition, tuning.thresholds ?? {});
  if (tuning.severity !== undefined && levels.length > 1)
    yield `severity cannot be set, because the alert has the levels ${levels.map(({ severity }) => severity).join(" and ")}: set the thresholds (${Object.keys(thresholds).join(", ")}) instead`;
  yield* commonProblems(tuning);
}

function* thresholdProblems(
  { thresholds }: AlertDefinition,
  values: Readonly<Record<string, number>>,
): Generator<string> {
  for (const [name, value] of Object.entries(values)) {
    const threshold = thresholds[name];
    const known = Object.keys(thresholds);
    if (threshold === undefined) {
      yield `unknown threshold "${name}": ${known.length === 0 ? "the alert has no thresholds" : `use ${known.join(" or ")}`}`;
      continue;
    }
    const found = thresholdProblem(threshold, value);
    if (found !== undefined) yield `threshold "${name}" (${threshold.meaning}) is ${found}`;
  }
  const { warning, critical } = thresholds;
  if (!warning || !critical) return;
  const [first, second] = [values.warning ?? warning.value, values.critical ?? critical.value];
  const rising = critical.value > warning.value;
  if (rising ? first > second : first < second)
    yield `threshold "warning" is ${first} ${warning.unit}, beyond "critical" (${second}): use at ${rising ? "most" : "least"} ${second}`;
}

function* customProblems({ name, expr, evaluator, summary, description, ...rest }: CustomAlert): Generator<string> {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name))
    yield 'the name is invalid: use letters and digits, starting with an upper-case letter, such as "QueueTooLong"';
  if (builtInAlerts.some((alert) => alert.name === name))
    yield "a built-in alert has this name: choose another name, or change the built-in alert with Alert.tune";
  const found = evaluator === Evaluator.LOKI ? logqlProblem(expr) : promqlProblem(expr);
  if (found !== undefined) yield `expr: ${found}`;
  for (const [property, text] of Object.entries({ summary, description }))
    if (text.trim() === "") yield `${property} is empty: describe the problem, because notifications contain this text`;
  yield* commonProblems(rest);
}

/** Labels that Prometheus or this library sets. */
const RESERVED_LABELS = ["alertname", "severity"];

function* commonProblems({ for: duration, labels = {} }: Pick<AlertTuning, "for" | "labels">): Generator<string> {
  const found = duration === undefined || durationSeconds(duration) === 0 ? undefined : durationProblem(duration);
  if (found !== undefined) yield `for: ${found}`;
  for (const label of Object.keys(labels)) {
    const problem = RESERVED_LABELS.includes(label) ? `"${label}" is reserved: remove it` : labelNameProblem(label);
    if (problem !== undefined) yield `labels: ${problem}`;
  }
}
