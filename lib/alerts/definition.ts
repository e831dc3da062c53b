import { Evaluator, RecordingRule, Severity } from "./rule";

/** A number in an alert's expressions that users can set. */
export interface Threshold {
  /** Default value. */
  readonly value: number;
  /** Unit, such as `percent`, `minutes` or `seconds`. */
  readonly unit: string;
  /** What the number means, for the documentation and error messages. */
  readonly meaning: string;
  /** Smallest valid value. @default 0 */
  readonly least?: number;
  /** Largest valid value. @default - no limit */
  readonly most?: number;
}

/** Values of thresholds, by name. */
export type Thresholds = Readonly<Record<string, number>>;

/** Facts about a monitoring that expressions depend on. */
export interface Surroundings {
  /** CIDR blocks from which only Ansible connects. */
  readonly controllers: readonly string[];
  /** Names of the servers of Loki. */
  readonly lokis: readonly string[];
  /** Number of series that Prometheus is meant to hold. */
  readonly seriesBudget: number;
  /** Volume of log lines per day that Loki is meant to store, in bytes. */
  readonly logBudget: number;
}

/** One severity of an alert, with its own condition. */
export interface Level {
  readonly severity: Severity;
  /** How long the condition must hold before the alert fires. @default - it fires immediately */
  readonly for?: string;
  /** Returns the expression for the given thresholds. */
  readonly expr: (thresholds: Thresholds, surroundings: Surroundings) => string;
}

/** A built-in alert. Its runbook is `docs/runbooks/<name>.md`. */
export interface AlertDefinition {
  readonly name: string;
  /** Name of its rule group. */
  readonly group: string;
  /** Kinds of components that must be placed, because the alert is about them. */
  readonly kinds: readonly string[];
  /** Whether the kinds must be placed on more than one host. @default false */
  readonly clustered?: boolean;
  /** The program that evaluates the alert. @default Evaluator.PROMETHEUS */
  readonly evaluator?: Evaluator;
  /** Log labels that at least one log source must have; otherwise the alert is left out. @default - none */
  readonly lineLabels?: readonly string[];
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /** Levels, mildest first. */
  readonly levels: readonly Level[];
  /** Recording rules that its expressions read. @default - none */
  readonly recordings?: readonly RecordingRule[];
  readonly summary: string;
  readonly description: string;
  readonly dashboard: string;
}

/** A {@link Level} whose expression can only read the named thresholds. */
interface LevelOf<Name extends string> extends Omit<Level, "expr"> {
  readonly expr: (thresholds: Readonly<Record<Name, number>>, surroundings: Surroundings) => string;
}

/** Defines a built-in alert. The compiler rejects expressions that read a threshold which the alert does not have. */
export function define<Name extends string>(
  definition: Omit<AlertDefinition, "thresholds" | "levels"> & {
    readonly thresholds: Readonly<Record<Name, Threshold>>;
    readonly levels: readonly LevelOf<NoInfer<Name>>[];
  },
): AlertDefinition {
  return definition;
}

/** Returns a threshold in percent, from 0 to 100. */
export function percent(value: number, meaning: string): Threshold {
  return { value, unit: "percent", meaning, most: 100 };
}

/** Returns a threshold in whole minutes, at least 1, which an expression uses as a range. */
export function minutes(value: number, meaning: string): Threshold {
  return { value, unit: "minutes", meaning, least: 1 };
}

/** Returns why a threshold's value is invalid, such as `101 percent: use at most 100`; undefined if it is valid. */
export function thresholdProblem(threshold: Threshold, value: number): string | undefined {
  const { unit, least = 0, most = Number.POSITIVE_INFINITY } = threshold;
  if (!Number.isFinite(value)) return `${value}: use a number of ${unit}`;
  if (unit === "minutes" && !Number.isInteger(value)) return `${value} minutes: use a whole number`;
  if (value < least) return `${value} ${unit}: use at least ${least}`;
  return value > most ? `${value} ${unit}: use at most ${most}` : undefined;
}
