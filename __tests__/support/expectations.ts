import { Severity } from "../../lib/alerts/rule";

/** Labels of series and alerts. */
export type Labels = Readonly<Record<string, string>>;

/** An alert that fires, with the labels of its series. */
export interface Firing {
  readonly severity: Severity;
  readonly labels: Labels;
  /** Texts of the notification. @default - not compared */
  readonly annotations?: { readonly summary: string; readonly description?: string };
}

/**
 * The expectation of an alert in one situation: metrics with values, and the alerts that fire. Derive it from the
 * alert's summary and runbook, never from its expression.
 */
export interface Situation {
  readonly alert: string;
  readonly when: string;
  /** Minutes between two samples and two evaluations; more than one for situations that last hours. @default 1 */
  readonly step?: number;
  /** Values in promtool's notation, by series (a metric with its labels). */
  readonly series: Readonly<Record<string, string>>;
  /** The alerts that fire, by minute. */
  readonly fires: Readonly<Record<number, readonly Firing[]>>;
}

/** Returns a series in promtool's notation. */
export function series(metric: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${pairs.join(",")}}`;
}

/** Returns several metrics with the same labels. */
export function metrics(labels: Labels, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([metric, value]) => [series(metric, labels), value]));
}

/** Returns an alert that fires with the severity critical. */
export function critical(labels: Labels, summary?: string, description?: string): Firing {
  return firing(Severity.CRITICAL, labels, summary, description);
}

/** Returns an alert that fires with the severity warning. */
export function warning(labels: Labels, summary?: string, description?: string): Firing {
  return firing(Severity.WARNING, labels, summary, description);
}

function firing(severity: Severity, labels: Labels, summary?: string, description?: string): Firing {
  return { severity, labels, ...(summary === undefined ? {} : { annotations: { summary, description } }) };
}

/** Labels of the series from the node exporter of the server `app`. */
export const APP: Labels = { instance: "app", job: "node", monitoring: "prod" };

/** Labels of the series from Prometheus on the server `hub`. */
export const PROMETHEUS: Labels = { instance: "hub", job: "prometheus", monitoring: "prod" };

/** Returns the labels without the job, as for sums over a server. */
export function withoutJob(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== "job"));
}
