import { Severity } from "../../lib/alerts/rule";

/** Labels that series and alerts have. */
export type Labels = Readonly<Record<string, string>>;

/** An alert that fires: its severity, and the labels of its series. */
export interface Firing {
  readonly severity: Severity;
  readonly labels: Labels;
  /** What people read. @default - not looked at */
  readonly says?: { readonly summary: string; readonly description?: string };
}

/**
 * What an alert promises in one situation: real metrics with real values, and what fires when. It is written from what
 * people are told about the alert, never from its expression.
 */
export interface Situation {
  readonly alert: string;
  readonly when: string;
  /** Minutes between two samples, and between two evaluations: more than one where hours are looked at. @default 1 */
  readonly step?: number;
  /** Values in promtool's notation, by series: a metric with its labels. */
  readonly series: Readonly<Record<string, string>>;
  /** What fires after so many minutes. */
  readonly fires: Readonly<Record<number, readonly Firing[]>>;
}

/** A series' name as promtool takes it. */
export function series(metric: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${pairs.join(",")}}`;
}

/** Several metrics of the same labels. */
export function metrics(labels: Labels, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([metric, value]) => [series(metric, labels), value]));
}

export function critical(labels: Labels, summary?: string, description?: string): Firing {
  return firing(Severity.CRITICAL, labels, summary, description);
}

export function warning(labels: Labels, summary?: string, description?: string): Firing {
  return firing(Severity.WARNING, labels, summary, description);
}

function firing(severity: Severity, labels: Labels, summary?: string, description?: string): Firing {
  return { severity, labels, ...(summary === undefined ? {} : { says: { summary, description } }) };
}

/** The labels of what the node exporter of the server `app` emits. */
export const APP: Labels = { instance: "app", job: "node", monitoring: "prod" };

/** The labels of what Prometheus on the server `hub` emits. */
export const PROMETHEUS: Labels = { instance: "hub", job: "prometheus", monitoring: "prod" };

/** Labels without the job, as of what is summed up over a server. */
export function withoutJob(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== "job"));
}
