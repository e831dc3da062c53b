import { logqlProblem } from "../logs/logql";
import { promqlProblem } from "../metrics/promql";
import { nearestNames } from "../metrics/nearest-names";
import { labelNameProblem } from "../names";
import { durationProblem, durationSeconds } from "../units";
import { builtInAlerts } from "./built-in";
import { AlertDefinition, thresholdProblem } from "./definition";
import { Evaluator, Severity } from "./rule";

/** What of a built-in alert is to be otherwise. */
export interface AlertTuning {
  /** How long it must have been so, such as `5m`; `0s` for at once. Holds for all its levels. @default - its own */
  readonly for?: string;
  /** Thresholds by name, in the units that `docs/runbooks/README.md` tells. @default - its own */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Only for an alert of one level. @default - its own */
  readonly severity?: Severity;
  /** Labels to add. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** An alert of a user's own. */
export interface CustomAlert {
  /** Its name, such as `QueueTooLong`: letters and digits, an upper-case letter first. */
  readonly name: string;
  /** PromQL, or LogQL if Loki evaluates it: it fires for every series that this has. */
  readonly expr: string;
  /** Whether it is about metrics or about logs. @default Evaluator.PROMETHEUS */
  readonly evaluator?: Evaluator;
  /** How long it must have been so. @default - it fires at once */
  readonly for?: string;
  /** How bad it is, which decides who is told. */
  readonly severity: Severity;
  /** What is wrong, and where, in a line; may use `{{ $labels.instance }}` and `{{ $value }}`. */
  readonly summary: string;
  /** How bad it is, and what to do. */
  readonly description: string;
  /** The page that says more. @default - none */
  readonly runbookUrl?: string;
  /** Labels to add. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A change of the alerts that come with a monitoring, or an addition to them. */
export class Alert {
  /**
   * Changes a built-in alert.
   *
   * @throws when there is no such alert or threshold, a value is out of its bounds, or a duration or label is malformed
   */
  public static tune(name: string, tuning: AlertTuning): Alert {
    const definition = builtIn(name);
    check(name, tuningProblems(definition, tuning));
    return new Alert(name, { tuning });
  }

  /**
   * Switches a built-in alert off.
   *
   * @throws when there is no such alert
   */
  public static off(name: string): Alert {
    return new Alert(builtIn(name).name, {});
  }

  /**
   * Adds an alert.
   *
   * @throws when its name is taken or none, or its expression, duration or a label is malformed
   */
  public static custom(custom: CustomAlert): Alert {
    check(custom.name, customProblems(custom));
    return new Alert(custom.name, { custom });
  }

  private constructor(
    /** The alert that it is about. */
    public readonly name: string,
    private readonly change: { readonly tuning?: AlertTuning; readonly custom?: CustomAlert },
  ) {}

  /** What is tuned; undefined where the alert is off or a user's own. */
  public get tuning(): AlertTuning | undefined {
    return this.change.tuning;
  }

  /** The alert that is added; undefined where a built-in one is changed. */
  public get addition(): CustomAlert | undefined {
    return this.change.custom;
  }
}

function builtIn(name: string): AlertDefinition {
  const found = builtInAlerts.find((alert) => alert.name === name);
  if (found) return found;
  const names = builtInAlerts.map((alert) => alert.name);
  const near = nearestNames(name, names);
  const hint = near.length > 0 ? `the nearest names are ${near.join(", ")}` : `there are ${names.join(", ")}`;
  throw new Error(`there is no built-in alert "${name}": ${hint}`);
}

function check(name: string, problems: Iterable<string>): void {
  for (const problem of problems) throw new Error(`alert "${name}": ${problem}`);
}

function* tuningProblems(definition: AlertDefinition, tuning: AlertTuning): Generator<string> {
  const { thresholds, levels } = definition;
  yield* thresholdProblems(definition, tuning.thresholds ?? {});
  if (tuning.severity !== undefined && levels.length > 1)
    yield `it has the levels ${levels.map(({ severity }) => severity).join(" and ")}, so its severity cannot be set: set the thresholds (${Object.keys(thresholds).join(", ")})`;
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
      yield `there is no threshold "${name}": ${known.length === 0 ? "it has none" : `it has ${known.join(", ")}`}`;
      continue;
    }
    const found = thresholdProblem(threshold, value);
    if (found !== undefined) yield `${name} (${threshold.meaning}): ${found}`;
  }
  const { warning, critical } = thresholds;
  if (!warning || !critical) return;
  const [mild, bad] = [values.warning ?? warning.value, values.critical ?? critical.value];
  const rising = critical.value > warning.value;
  if (rising ? mild > bad : mild < bad)
    yield `warning, ${mild} ${warning.unit}, is beyond critical, ${bad} ${critical.unit}: it would warn after the fact`;
}

function* customProblems({ name, expr, evaluator, summary, description, ...rest }: CustomAlert): Generator<string> {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) yield "its name must be letters and digits, an upper-case letter first";
  if (builtInAlerts.some((alert) => alert.name === name))
    yield "there is a built-in alert of this name: choose another, or change that one by Alert.tune";
  const found = evaluator === Evaluator.LOKI ? logqlProblem(expr) : promqlProblem(expr);
  if (found !== undefined) yield `expr: ${found}`;
  for (const [property, text] of Object.entries({ summary, description }))
    if (text.trim() === "") yield `${property}: it is empty, and is what people read`;
  yield* commonProblems(rest);
}

/** Labels that a rule has by itself. */
const OWN_LABELS = ["alertname", "severity"];

function* commonProblems({ for: duration, labels = {} }: Pick<AlertTuning, "for" | "labels">): Generator<string> {
  const found = duration === undefined || durationSeconds(duration) === 0 ? undefined : durationProblem(duration);
  if (found !== undefined) yield `for: ${found}`;
  for (const label of Object.keys(labels)) {
    const problem = OWN_LABELS.includes(label) ? `"${label}" is set by the alert itself` : labelNameProblem(label);
    if (problem !== undefined) yield `labels: ${problem}`;
  }
}
