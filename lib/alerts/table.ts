import { builtInAlerts } from "./built-in";
import { AlertDefinition, Threshold } from "./definition";

/** A Markdown document whose last part, its one table, is that of the built-in alerts as they are. */
export function withAlertTable(document: string): string {
  const [before = ""] = document.split(/^\|/m);
  return `${before}${alertTable()}\n`;
}

/** When each alert fires, and what of it can be tuned. */
function alertTable(): string {
  return [
    "| alert | severity, `for` | thresholds |",
    "| --- | --- | --- |",
    ...builtInAlerts.map((alert) => `| [${alert.name}](${alert.name}.md) | ${levels(alert)} | ${thresholds(alert)} |`),
  ].join("\n");
}

function levels({ levels: all }: AlertDefinition): string {
  return all.map((level) => `${level.severity}, ${level.for ?? "at once"}`).join("<br>");
}

function thresholds(alert: AlertDefinition): string {
  return Object.entries(alert.thresholds)
    .map(([name, threshold]) => described(name, threshold))
    .join("<br>");
}

function described(name: string, { value, unit, meaning }: Threshold): string {
  return `\`${name}\`: ${value} ${unit} (${meaning})`;
}
