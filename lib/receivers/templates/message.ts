import { MessageFormat, linkTo, text } from "./formats";
import { defineTemplate, Expression, quoted, callTemplate } from "./go-template";

const SUMMARY: Expression = "or .Annotations.summary .Labels.alertname";
const TIME = "2006-01-02 15:04 MST";
const LABELS_SHOWN_SEPARATELY = ["alertname", "severity", "instance", "monitoring"];

/** Defines the template of a title: severity, summary and server. */
export function title(format: MessageFormat): string {
  return defineTemplate(
    `monitoring.title.${format.name}`,
    [
      `${callTemplate("monitoring.state")}: `,
      `{{ if eq (len .Alerts) 1 }}{{ with index .Alerts 0 }}${text(format, SUMMARY)}{{ end }}{{ else }}`,
      text(format, `or .CommonLabels.alertname "Alerts"`),
      `{{ with .CommonLabels.instance }} on ${text(format, ".")}{{ end }}, ${callTemplate("monitoring.count")}{{ end }}`,
    ].join(""),
  );
}

/** Defines the template of a text: summary, description and facts of each alert, and links. */
export function message(format: MessageFormat): string {
  const { bold, lineBreak, separator, name, includesTitle } = format;
  return defineTemplate(
    `monitoring.text.${name}`,
    [
      includesTitle ? `${bold(callTemplate(`monitoring.title.${name}`))}${lineBreak}` : "",
      firstAlerts(format, "Firing", [
        heading(format, ""),
        description(format),
        facts(format, FIRING),
        runbookOfAlert(format),
        separator,
      ]),
      firstAlerts(format, "Resolved", [heading(format, "Resolved: "), facts(format, RESOLVED), separator]),
      linkLine(format),
    ].join(""),
  );
}

/** Templates for the worst state of a notification's alerts, and for the number of alerts in each state. */
export const states: string = [
  defineTemplate(
    "monitoring.state",
    byWorstState({ critical: "CRITICAL", warning: "WARNING", other: "FIRING", resolved: "RESOLVED" }),
  ),
  defineTemplate(
    "monitoring.count",
    [
      "{{ if .Alerts.Firing }}{{ len .Alerts.Firing }} firing{{ end }}",
      "{{ if and .Alerts.Firing .Alerts.Resolved }}, {{ end }}",
      "{{ if .Alerts.Resolved }}{{ len .Alerts.Resolved }} resolved{{ end }}",
    ].join(""),
  ),
].join("");

/** Texts for the states of a notification. */
export interface States {
  /** A critical alert fires. */
  readonly critical: string;
  /** A warning fires. */
  readonly warning: string;
  /** An alert with another severity fires. */
  readonly other: string;
  /** All alerts are resolved. */
  readonly resolved: string;
}

/** Outputs the text for the worst firing alert. */
export function byWorstState({ critical, warning, other, resolved }: States): string {
  const assigned = (value: string): string => `{{ $state = ${quoted(value)} }}`;
  return [
    `{{ $state := ${quoted(resolved)} }}{{ range .Alerts.Firing }}`,
    `{{ if eq .Labels.severity "critical" }}${assigned(critical)}`,
    `{{ else if eq $state ${quoted(critical)} }}`,
    `{{ else if eq .Labels.severity "warning" }}${assigned(warning)}`,
    `{{ else if eq $state ${quoted(resolved)} }}${assigned(other)}{{ end }}{{ end }}{{ $state }}`,
  ].join("");
}

const FIRING = [
  `(or .Labels.severity "firing")`,
  ".Labels.instance",
  ".Labels.monitoring",
  `(.StartsAt.UTC.Format ${quoted(`since ${TIME}`)})`,
  `(.Labels.Remove (stringSlice ${LABELS_SHOWN_SEPARATELY.map(quoted).join(" ")})).String`,
];

const RESOLVED = [
  ".Labels.instance",
  ".Labels.monitoring",
  `(.StartsAt.UTC.Format ${quoted(`from ${TIME}`)})`,
  `((.EndsAt.Sub .StartsAt).Seconds | humanizeDuration | printf "lasted %s")`,
];

/** Lists the first alerts in a state, and the number of alerts if some are omitted. */
function firstAlerts({ maxAlerts, lineBreak, escaped }: MessageFormat, state: string, each: readonly string[]): string {
  return [
    `{{ range $i, $alert := .Alerts.${state} }}{{ if lt $i ${maxAlerts} }}${each.join("")}{{ end }}{{ end }}`,
    `{{ if gt (len .Alerts.${state}) ${maxAlerts} }}`,
    escaped(`printf "Showing ${maxAlerts} of %d ${state.toLowerCase()} alerts." (len .Alerts.${state})`),
    `${lineBreak}{{ end }}`,
  ].join("");
}

/** Outputs the summary of an alert; nothing for a notification with one alert, because its title has the summary. */
function heading(format: MessageFormat, prefix: string): string {
  return `{{ if gt (len $.Alerts) 1 }}${format.bold(`${prefix}${text(format, SUMMARY)}`)}${format.lineBreak}{{ end }}`;
}

function description(format: MessageFormat): string {
  return `{{ with .Annotations.description }}${text(format, ".")}${format.lineBreak}{{ end }}`;
}

function facts(format: MessageFormat, parts: readonly Expression[]): string {
  const joined = `join " · " (stringSlice ${parts.join(" ")}) | reReplaceAll "( · )+" " · " | reReplaceAll "^ · | · $" ""`;
  return `${text(format, joined)}${format.lineBreak}`;
}

/** Links an alert's runbook if the alerts of the notification have different ones. */
function runbookOfAlert(format: MessageFormat): string {
  const link = format.link(callTemplate("monitoring.url"), "Runbook");
  return `{{ if not $.CommonAnnotations.runbook_url }}{{ with .Annotations.runbook_url }}${link}${format.lineBreak}{{ end }}{{ end }}`;
}

/** Outputs the links that apply to all alerts of the notification. */
function linkLine(format: MessageFormat): string {
  const next = format.name === "plain" ? "" : " · ";
  return [
    `{{ if .CommonAnnotations.runbook_url }}${linkTo(format, "runbook", "Runbook")}${next}{{ end }}`,
    `{{ if .CommonAnnotations.dashboard }}${linkTo(format, "dashboard", "Dashboard")}${next}{{ end }}`,
    `{{ if .Alerts.Firing }}${linkTo(format, "silence", "Silence")}${next}{{ end }}`,
    linkTo(format, "alerts", "Alerts"),
  ].join("");
}
