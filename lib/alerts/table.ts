import { readFileSync } from "node:fs";
import { join } from "node:path";
import { groupBy } from "../grouping";
import { packageRoot } from "../paths";
import { builtInAlerts } from "./built-in";
import { AlertDefinition, Threshold } from "./definition";
import { runbook } from "./runbooks";

/** A Markdown page about the built-in alerts: a hand-written introduction, followed by generated sections. */
export interface AlertPage {
  /** Absolute path. */
  readonly path: string;
  /** The expected page: the introduction of the file on disk, followed by the generated sections. */
  readonly content: string;
}

/** Returns the pages of the documentation that are generated from the built-in alerts. */
export function alertPages(): AlertPage[] {
  return [
    page(["docs", "reference", "alerts.md"], alertTables()),
    page(["docs", "runbooks", "README.md"], `## Alerts\n\n${runbookIndex()}`),
  ];
}

function page(path: readonly string[], sections: string): AlertPage {
  const file = join(packageRoot, ...path);
  const [introduction = ""] = readFileSync(file, "utf8").split(/^## /m);
  return { path: file, content: `${introduction}${sections}\n` };
}

/** Titles of the rule groups. */
const TITLES: Readonly<Record<string, string>> = {
  servers: "Servers",
  drift: "Changes since the last deploy",
  certificates: "Certificates",
  disks: "Disks and file systems",
  memory: "Memory",
  cpu: "CPU",
  kernel: "Kernel",
  clock: "Clock",
  network: "Network",
  hardware: "Hardware",
  units: "systemd units",
  exporters: "Exporters and scrape targets",
  prometheus: "Prometheus",
  alertmanager: "Alertmanager",
  grafana: "Grafana",
  loki: "Loki",
  gateway: "Gateway",
  log_agents: "Log agents",
  watchdog: "Watchdog",
  logs: "Logs",
};

function byTitle(): [title: string, alerts: AlertDefinition[]][] {
  return [...groupBy(builtInAlerts, ({ group }) => TITLES[group] ?? group)];
}

function runbookIndex(): string {
  return byTitle()
    .map(([title, alerts]) => `- ${title}: ${alerts.map(({ name }) => `[${name}](${name}.md)`).join(", ")}`)
    .join("\n");
}

function alertTables(): string {
  return byTitle()
    .map(([title, alerts]) => `## ${title}\n\n${alertTable(alerts)}`)
    .join("\n\n");
}

function alertTable(alerts: readonly AlertDefinition[]): string {
  return [
    "| Alert | Severity | Meaning | Thresholds |",
    "| --- | --- | --- | --- |",
    ...alerts.map((alert) => {
      const { name } = alert;
      return `| [${name}](../runbooks/${name}.md) | ${severities(alert)} | ${meaning(name)} | ${thresholds(alert)} |`;
    }),
  ].join("\n");
}

function severities({ levels }: AlertDefinition): string {
  return levels.map((level) => `${level.severity} (${level.for ?? "0s"})`).join("<br>");
}

/** The first sentence of the runbook's section "Meaning". */
function meaning(name: string): string {
  const [, paragraph = ""] = /^## Meaning\n\n([^]*?)\n\n/m.exec(runbook(name)) ?? [];
  const [sentence = ""] = /^.*?\.(?= |$)/.exec(paragraph.replaceAll("\n", " ")) ?? [];
  return sentence;
}

function thresholds(alert: AlertDefinition): string {
  return Object.entries(alert.thresholds)
    .map(([name, threshold]) => described(name, threshold))
    .join("<br>");
}

function described(name: string, { value, unit, meaning: text }: Threshold): string {
  return `\`${name}\`: ${value} ${unit} (${text})`;
}
