import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { Alert, CustomAlert } from "../alerts/alert";
import { builtInAlerts } from "../alerts/built-in";
import { Colours } from "./builders/colours";
import { ValueMappings } from "./builders/panels";
import { serverColumn, table } from "./builders/tables";
import { DashboardSubject } from "./dashboard-subject";
import { alertStarts, NOTIFYING } from "./expressions";
import { DataSources } from "./data-sources";

/** Properties of a table of firing alerts. */
export interface AlertsTableOptions {
  /** Question that the panel answers. */
  readonly description: string;
  /** Height in grid rows of the dashboard. */
  readonly height: number;
  /** Matchers for the alerts of one server, such as `,instance="app"`. @default - the alerts of all servers */
  readonly server?: string;
}

/** URL of the built-in runbooks, which Grafana reads from Prometheus, because the firewall may block people from Prometheus. */
const RUNBOOKS = `/api/datasources/proxy/uid/${DataSources.PROMETHEUS}/user/runbooks.html#`;

const SEVERITIES = {
  critical: { text: "critical", color: Colours.CRITICAL },
  warning: { text: "warning", color: Colours.WARNING },
} as const;

const OPEN = { "/.+/": { text: "open", color: Colours.NEUTRAL } } as const;
/** Words that replace labels in summaries: the server has its own column, and the monitoring is the same in all rows. */
const KNOWN_LABELS: Readonly<Record<string, string>> = { instance: "the server", monitoring: "the monitoring" };
const LABEL = /\{\{ *\$labels\.(\w+) *\}\}/g;

/**
 * Builds the table of the firing alerts that notify people: critical alerts first, and the newest first within each
 * severity. Equal alerts of several Prometheus servers are one row.
 */
export function alertsTable(subject: DashboardSubject, options: AlertsTableOptions): Builder<Panel> {
  const { description, height, server } = options;
  return table({
    title: "Firing alerts",
    description,
    width: 24,
    height,
    noRows: "No alert fires",
    sort: [{ column: "Severity", ascending: true }, { column: "Since" }],
    columns: [
      // In alphabetical order, "critical" comes first.
      { title: "Severity", label: "severity", mappings: SEVERITIES, width: 105 },
      { title: "Alert", label: "alertname", width: 210 },
      ...(server === undefined ? [{ ...serverColumn(), width: 120 }] : []),
      { title: "Affected", label: "affected", width: 150 },
      { title: "Meaning", label: "meaning", mappings: meanings(subject) },
      {
        title: "Runbook",
        label: "runbook",
        mappings: OPEN,
        link: { title: "Open the runbook", url: "${__value.raw}" },
        width: 90,
      },
      { title: "Since", expr: firing(subject, server), unit: "dateTimeFromNow", width: 130 },
    ],
  });
}

/** The times at which alerts became active, with the columns of the table as labels. */
function firing(subject: DashboardSubject, server: string | undefined): string {
  // Most alerts have the job of the node exporter, which does not help a reader.
  const starts = labelReplace(alertStarts(NOTIFYING + (server ?? "")), "job", "", "job", "node");
  const joined = `label_join(${starts}, "affected", " ", ${affectedLabels(subject).map(quoted).join(", ")})`;
  const affected = labelReplace(joined, "affected", "$1", "affected", " *(.*?) *");
  const labels = ["severity", "alertname", "affected", ...(server === undefined ? ["instance"] : [])];
  const alerts = `1000 * min by (${labels.join(", ")}) (${affected})`;
  return runbooks(subject).reduce(
    (expr, [url, names]) => labelReplace(expr, "runbook", url, "alertname", names),
    labelReplace(alerts, "meaning", "$1", "alertname", "(.+)"),
  );
}

function labelReplace(expr: string, label: string, value: string, source: string, pattern: string): string {
  return `label_replace(${expr}, ${[label, value, source, pattern].map(quoted).join(", ")})`;
}

/** Summaries by the name of the alert. They are static, because the metrics of alerts have no annotations. */
function meanings(subject: DashboardSubject): ValueMappings {
  const texts = summaries(subject).map(([name, summary]) => [
    name,
    { text: withoutTemplates(summary), color: Colours.PLAIN },
  ]);
  return Object.fromEntries(texts) as ValueMappings;
}

function withoutTemplates(summary: string): string {
  const text = summary
    .replace(LABEL, (_, label: string) => KNOWN_LABELS[label] ?? `<${label}>`)
    .replace(/\{\{.*?\}\}/g, "…");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Labels in the summaries, such as `mountpoint`. Alerts that differ in one of these labels are separate rows. */
function affectedLabels(subject: DashboardSubject): string[] {
  const named = summaries(subject).flatMap(([, summary]) =>
    [...summary.matchAll(LABEL)].map(([, label = ""]) => label),
  );
  return [...new Set(named)].filter((label) => !(label in KNOWN_LABELS)).sort();
}

function summaries({ alerts }: DashboardSubject): (readonly [name: string, summary: string])[] {
  return [...builtInAlerts, ...customAlerts(alerts)].map(({ name, summary }) => [name, summary]);
}

/** URLs of runbooks, in which `$1` is the name of the alert, and the names of the alerts that they apply to. */
function runbooks({
  runbooks: prefix = RUNBOOKS,
  alerts,
}: DashboardSubject): (readonly [url: string, names: string])[] {
  const custom = customAlerts(alerts).map(({ name, runbookUrl = "" }) => [escaped(runbookUrl), name] as const);
  return [[`${escaped(prefix)}$1`, "(.+)"], ...custom];
}

function customAlerts(changes: readonly Alert[]): CustomAlert[] {
  return changes.flatMap(({ _addition: addition }) => addition ?? []);
}

/** Escapes a text for the replacement of PromQL's `label_replace`. */
function escaped(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
