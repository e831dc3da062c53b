import { withoutLokiVariables } from "../logs/logql";
import { withoutGrafanaVariables } from "../metrics/promql";
import { DataSources } from "./data-sources";
import { annotationsOf, isObject, Json, JsonObject, objectsOf, panelsOf, textOf, variablesOf } from "./model";

/** A query of a dashboard. */
export interface DashboardQuery {
  /** Source of the query, for error messages: `dashboard "Server", panel "CPU"`. */
  readonly where: string;
  /** The query. Grafana variables that prevent parsing are replaced with values. */
  readonly expression: string;
}

/** Returns the PromQL queries of a dashboard's panels, variables and annotations. */
export function dashboardQueries(json: string): DashboardQuery[] {
  return queriesTo(DataSources.PROMETHEUS, json).map(({ where, expression }) => ({
    where,
    expression: withoutGrafanaVariables(expression),
  }));
}

/** Returns the LogQL queries of a dashboard's panels, variables and annotations. */
export function dashboardLogQueries(json: string): DashboardQuery[] {
  return queriesTo(DataSources.LOKI, json).map(({ where, expression }) => ({
    where,
    expression: withoutLokiVariables(expression),
  }));
}

function queriesTo(source: string, json: string): DashboardQuery[] {
  const dashboard = JSON.parse(json) as JsonObject;
  const title = textOf(dashboard.title, textOf(dashboard.uid));
  const found = [panelQueries, variableQueries, annotationQueries].flatMap((queries) => queries(source, dashboard));
  return found.map(({ where, expression }) => ({ where: `dashboard "${title}", ${where}`, expression }));
}

function panelQueries(source: string, dashboard: JsonObject): DashboardQuery[] {
  return panelsOf(dashboard).flatMap((panel) =>
    objectsOf(panel.targets)
      .filter(
        (target) => targetsSource(source, target.datasource ?? panel.datasource) && typeof target.expr === "string",
      )
      .map((target) => ({ where: `panel "${textOf(panel.title)}"`, expression: textOf(target.expr) })),
  );
}

function variableQueries(source: string, dashboard: JsonObject): DashboardQuery[] {
  return variablesOf(dashboard)
    .filter(({ type, datasource }) => type === "query" && targetsSource(source, datasource))
    .flatMap(({ name, query }) => {
      const expression = isObject(query)
        ? (expressionOf(textOf(query.query)) ?? (textOf(query.stream) || undefined))
        : expressionOf(textOf(query));
      return expression === undefined ? [] : [{ where: `variable "${textOf(name)}"`, expression }];
    });
}

function annotationQueries(source: string, dashboard: JsonObject): DashboardQuery[] {
  return annotationsOf(dashboard)
    .filter(({ datasource }) => targetsSource(source, datasource))
    .map(({ name, expr, target }) => ({
      where: `annotation "${textOf(name)}"`,
      expression: textOf(expr) || (isObject(target) ? textOf(target.expr) : ""),
    }))
    .filter(({ expression }) => expression !== "");
}

/** Whether a reference points to the data source `source`. Without a reference, Grafana uses Prometheus. */
function targetsSource(source: string, reference: Json | undefined): boolean {
  if (reference === undefined || reference === null) return source === DataSources.PROMETHEUS;
  if (!isObject(reference)) return reference === source;
  return (reference.type ?? reference.uid) === source;
}

/**
 * Returns the PromQL or LogQL in a variable's query; `label_names()`, `metrics(…)` and `label_values(label)` contain
 * none.
 */
function expressionOf(query: string): string | undefined {
  const [, selected, computed] =
    /^\s*(?:label_values\(\s*([^]+?)\s*,\s*[\w$.{}]+\s*\)|query_result\(([^]+)\))\s*$/.exec(query) ?? [];
  return selected ?? computed;
}
