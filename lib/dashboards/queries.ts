import { withoutGrafanaVariables } from "../metrics/promql";
import { DataSources } from "./data-sources";
import { annotationsOf, isObject, Json, JsonObject, objectsOf, panelsOf, textOf, variablesOf } from "./model";

/** A query of PromQL that a dashboard makes. */
export interface DashboardQuery {
  /** What makes it, for people: `dashboard "Server", panel "CPU"`. */
  readonly where: string;
  /** The query, with values in place of Grafana's variables wherever PromQL would not parse with them. */
  readonly expression: string;
}

/** All that a dashboard asks of Prometheus: by its panels, by its variables, and for its annotations. */
export function dashboardQueries(json: string): DashboardQuery[] {
  const dashboard = JSON.parse(json) as JsonObject;
  const title = textOf(dashboard.title, textOf(dashboard.uid));
  return [...panelQueries(dashboard), ...variableQueries(dashboard), ...annotationQueries(dashboard)].map(
    ({ where, expression }) => ({
      where: `dashboard "${title}", ${where}`,
      expression: withoutGrafanaVariables(expression),
    }),
  );
}

function panelQueries(dashboard: JsonObject): DashboardQuery[] {
  return panelsOf(dashboard).flatMap((panel) =>
    objectsOf(panel.targets)
      .filter((target) => asksPrometheus(target.datasource ?? panel.datasource) && typeof target.expr === "string")
      .map((target) => ({ where: `panel "${textOf(panel.title)}"`, expression: textOf(target.expr) })),
  );
}

function variableQueries(dashboard: JsonObject): DashboardQuery[] {
  return variablesOf(dashboard)
    .filter(({ type, datasource }) => type === "query" && asksPrometheus(datasource))
    .flatMap(({ name, query }) => {
      const expression = expressionOf(isObject(query) ? textOf(query.query) : textOf(query));
      return expression === undefined ? [] : [{ where: `variable "${textOf(name)}"`, expression }];
    });
}

function annotationQueries(dashboard: JsonObject): DashboardQuery[] {
  return annotationsOf(dashboard)
    .filter(({ datasource }) => asksPrometheus(datasource))
    .map(({ name, expr, target }) => ({
      where: `annotation "${textOf(name)}"`,
      expression: textOf(expr) || (isObject(target) ? textOf(target.expr) : ""),
    }))
    .filter(({ expression }) => expression !== "");
}

/** Whether a reference to a data source is one to Prometheus, which is also the default. */
function asksPrometheus(reference: Json | undefined): boolean {
  if (reference === undefined || reference === null) return true;
  if (!isObject(reference)) return reference === DataSources.PROMETHEUS;
  return (reference.type ?? reference.uid) === DataSources.PROMETHEUS;
}

/** The PromQL in a variable's query; `label_names()`, `metrics(…)` and `label_values(label)` have none. */
function expressionOf(query: string): string | undefined {
  const [, selected, computed] =
    /^\s*(?:label_values\(\s*([^]+?)\s*,\s*[\w$.{}]+\s*\)|query_result\(([^]+)\))\s*$/.exec(query) ?? [];
  return selected ?? computed;
}
