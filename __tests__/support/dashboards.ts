import { Dashboard } from "../../lib/dashboards/dashboard";
import { DashboardSubject } from "../../lib/dashboards/dashboard-subject";
import { isObject, JsonObject, objectsOf, panelsOf, textOf } from "../../lib/dashboards/model";
import { emittedLabels } from "../../lib/logs/emitted-labels";
import { LogSource } from "../../lib/logs/log-source";
import { metricsIn } from "../../lib/metrics/promql";

/** Kinds of all components that dashboards are about. */
export const KINDS: readonly string[] = [
  "node_exporter",
  "prometheus",
  "alertmanager",
  "grafana",
  "loki",
  "gateway",
  "log_agent",
];

/** A monitoring with all components, whose servers also have the log sources. */
export function subjectWith(...sources: readonly LogSource[]): DashboardSubject {
  const components = KINDS.map((kind) => LogSource.journal(kind, { units: [`${kind}.service`] }));
  return { kinds: new Set(KINDS), alerts: [], logs: emittedLabels([...components, ...sources]) };
}

/** Returns the JSON of a dashboard. */
export function built(dashboard: Dashboard, subject: DashboardSubject): JsonObject {
  return JSON.parse(dashboard._json(subject) ?? "") as JsonObject;
}

/** Returns the panel with a title; `type` distinguishes a graph from a number with the same title. */
export function panelTitled(dashboard: JsonObject, title: string, type?: string): JsonObject {
  const found = panelsOf(dashboard).find((panel) => panel.title === title && panel.type === (type ?? panel.type));
  if (!found) throw new Error(`no panel "${title}"`);
  return found;
}

/** Returns the queries of a panel. */
export function expressionsOf(panel: JsonObject): string[] {
  return objectsOf(panel.targets).map(({ expr }) => textOf(expr));
}

/** Returns the metrics that panels query. */
export function metricsOfPanels(panels: readonly JsonObject[]): Set<string> {
  const queries = panels.flatMap(expressionsOf).map((query) => query.replaceAll("$__rate_interval", "5m"));
  return new Set(queries.flatMap(metricsIn));
}

/** Returns the titles of a table's columns, in their order. */
export function columnsOf(panel: JsonObject): unknown[] {
  const organize = objectsOf(panel.transformations).find(({ id }) => id === "organize")?.options;
  if (!isObject(organize)) throw new Error(`the panel ${textOf(panel.title)} is not a table`);
  const { indexByName, renameByName, excludeByName } = organize;
  const names = Object.entries(indexByName as Record<string, number>).sort(([, a], [, b]) => a - b);
  const hidden = excludeByName as Record<string, boolean>;
  return names.filter(([name]) => hidden[name] !== true).map(([name]) => (renameByName as JsonObject)[name]);
}

/** Returns the fixed colours of a panel's series, by name or regular expression. */
export function coloursOf(panel: JsonObject): Record<string, unknown> {
  const { overrides } = panel.fieldConfig as { readonly overrides: readonly JsonObject[] };
  return Object.fromEntries(
    overrides.flatMap(({ matcher, properties }) =>
      objectsOf(properties)
        .filter(({ id }) => id === "color")
        .map(({ value }) => [textOf((matcher as JsonObject).options), (value as JsonObject).fixedColor]),
    ),
  );
}
