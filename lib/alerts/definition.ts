import { Evaluator, RecordingRule, Severity } from "./rule";

/** A number of an alert that users may set. */
export interface Threshold {
  readonly value: number;
  /** What it counts: `percent`, `minutes`, `seconds`. */
  readonly unit: string;
  /** What it bounds, for people. */
  readonly meaning: string;
  /** The least that makes sense. @default 0 */
  readonly least?: number;
  /** The most that makes sense. @default - no bound, but 100 for percent */
  readonly most?: number;
}

/** Values of thresholds by name. */
export type Thresholds = Readonly<Record<string, number>>;

/** One severity of an alert. */
export interface Level {
  readonly severity: Severity;
  /** How long it must have been so. @default - it fires at once */
  readonly for?: string;
  readonly expr: (thresholds: Thresholds) => string;
}

/** An alert that comes with us: everything about it but its runbook, which is `docs/runbooks/<name>.md`. */
export interface AlertDefinition {
  readonly name: string;
  /** The rule group that it is in. */
  readonly group: string;
  /** The kinds of components that must be placed, for it is about them. */
  readonly kinds: readonly string[];
  /** Whether the kinds must be placed on more than one host. @default false */
  readonly clustered?: boolean;
  /** What evaluates it. @default Evaluator.PROMETHEUS */
  readonly evaluator?: Evaluator;
  /** Labels of logs without which there is nothing that it could be about. @default - none */
  readonly lineLabels?: readonly string[];
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /** Mildest first. */
  readonly levels: readonly Level[];
  /** Rules that its expressions read. @default - none */
  readonly recordings?: readonly RecordingRule[];
  readonly summary: string;
  readonly description: string;
  readonly dashboard: string;
}

/** As {@link Level}, with the names of its alert's thresholds. */
interface LevelOf<Name extends string> extends Omit<Level, "expr"> {
  readonly expr: (thresholds: Readonly<Record<Name, number>>) => string;
}

/** An alert's definition whose expressions may read only the thresholds that it has. */
export function define<Name extends string>(
  definition: Omit<AlertDefinition, "thresholds" | "levels"> & {
    readonly thresholds: Readonly<Record<Name, Threshold>>;
    readonly levels: readonly LevelOf<NoInfer<Name>>[];
  },
): AlertDefinition {
  return definition;
}

/** A share of something, in percent. */
export function percent(value: number, meaning: string): Threshold {
  return { value, unit: "percent", meaning, most: 100 };
}

/** A number of minutes, at least one, for ranges and predictions: Prometheus takes whole ones only. */
export function minutes(value: number, meaning: string): Threshold {
  return { value, unit: "minutes", meaning, least: 1 };
}

/** The first problem with a threshold's value, or undefined. */
export function thresholdProblem(threshold: Threshold, value: number): string | undefined {
  const { unit, least = 0, most = Number.POSITIVE_INFINITY } = threshold;
  if (!Number.isFinite(value)) return `${value} is not a number of ${unit}`;
  if (unit === "minutes" && !Number.isInteger(value)) return `${value} is not a whole number of minutes`;
  if (value < least) return `${value} ${unit} is less than ${least}`;
  return value > most ? `${value} ${unit} is more than ${most}` : undefined;
}
