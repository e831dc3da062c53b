import { Threshold } from "@grafana/grafana-foundation-sdk/dashboard";
import { Alert } from "../../alerts/alert";
import { builtInAlerts } from "../../alerts/built-in";
import { Severity } from "../../alerts/rule";
import { Colours } from "./colours";

/** Value at which a panel changes to the colour of a severity. */
export interface PanelThreshold {
  readonly value: number;
  readonly severity: Severity;
}

/**
 * Returns the thresholds of a built-in alert after the user's changes; none if the alert is disabled.
 *
 * @param names names of the alert's thresholds that have the unit of the panel, the mildest threshold first
 * @throws if no such alert or threshold exists
 */
export function thresholdsOf(changes: readonly Alert[], alert: string, ...names: readonly string[]): PanelThreshold[] {
  const definition = builtInAlerts.find(({ name }) => name === alert);
  if (!definition) throw new Error(`no built-in alert is named "${alert}": a panel cannot show its thresholds`);
  if (!isOn(changes, alert)) return [];
  const change = changes.find(({ name }) => name === alert);
  const [first] = definition.levels;
  return names.map((name) => {
    const value = change?._tuning?.thresholds?.[name] ?? definition.thresholds[name]?.value;
    if (value === undefined) throw new Error(`the alert "${alert}" has no threshold "${name}" for a panel to show`);
    const level = definition.levels.find(({ severity }) => severity.toString() === name) ?? first;
    return { value, severity: change?._tuning?.severity ?? level?.severity ?? Severity.WARNING };
  });
}

/** Whether a built-in alert is not disabled. */
export function isOn(changes: readonly Alert[], alert: string): boolean {
  return changes.every(({ name, _tuning: tuning }) => name !== alert || tuning !== undefined);
}

/** Threshold of counts that should be zero, such as failures. */
export const RED_ABOVE_ZERO: readonly PanelThreshold[] = [{ value: 1, severity: Severity.CRITICAL }];

/** Threshold of counts that can wait for a working day if they are not zero, such as warnings. */
export const ORANGE_ABOVE_ZERO: readonly PanelThreshold[] = [{ value: 1, severity: Severity.WARNING }];

/** Returns thresholds as Grafana's steps. The first step has no lower limit. */
export function thresholdSteps(thresholds: readonly PanelThreshold[]): Threshold[] {
  const colour = ({ severity }: PanelThreshold): string =>
    severity === Severity.CRITICAL ? Colours.CRITICAL : Colours.WARNING;
  return [
    { value: null, color: thresholds.length === 0 ? Colours.PLAIN : Colours.GOOD },
    ...thresholds.map((threshold) => ({ value: threshold.value, color: colour(threshold) })),
  ];
}
