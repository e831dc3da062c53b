import { Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import { Alert } from "../../alerts/alert";
import { builtInAlerts } from "../../alerts/built-in/index";
import { Severity } from "../../alerts/rule";

/** From where on a value is as bad as an alert says. */
export interface PanelThreshold {
  readonly value: number;
  readonly severity: Severity;
}

/**
 * The limits of an alert as it stands after what users changed; none where it is off.
 *
 * @param thresholds names of its thresholds that are in the unit of what is drawn, mildest first
 * @throws when there is no such alert or threshold
 */
export function thresholdsOf(
  changes: readonly Alert[],
  name: string,
  ...thresholds: readonly string[]
): PanelThreshold[] {
  const definition = builtInAlerts.find((alert) => alert.name === name);
  if (!definition) throw new Error(`there is no alert "${name}" whose thresholds could be drawn`);
  const change = changes.find((alert) => alert.name === name);
  if (change && !change.tuning) return [];
  const [only] = definition.levels;
  return thresholds.map((threshold) => {
    const value = change?.tuning?.thresholds?.[threshold] ?? definition.thresholds[threshold]?.value;
    if (value === undefined) throw new Error(`the alert "${name}" has no threshold "${threshold}" that could be drawn`);
    const ofName = definition.levels.find(({ severity }) => severity.toString() === threshold) ?? only;
    return { value, severity: change?.tuning?.severity ?? ofName?.severity ?? Severity.WARNING };
  });
}

/** What is well, what must be looked at, what is out of order. */
export const Colours = { GOOD: "green", WARNING: "orange", CRITICAL: "red", PLAIN: "text" } as const;

/** One is too many: of failures, and of what should be empty. */
export const RED_ABOVE_ZERO: readonly PanelThreshold[] = [{ value: 1, severity: Severity.CRITICAL }];

/** Limits as Grafana's steps: the first colour holds from the least value on. */
export function thresholdSteps(limits: readonly PanelThreshold[]): Threshold[] {
  const colour = ({ severity }: PanelThreshold): string =>
    severity === Severity.CRITICAL ? Colours.CRITICAL : Colours.WARNING;
  return [
    { value: null, color: limits.length === 0 ? Colours.PLAIN : Colours.GOOD },
    ...limits.map((limit) => ({ value: limit.value, color: colour(limit) })),
  ];
}
