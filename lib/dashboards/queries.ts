import { Substituted, substituted } from "../grafana/variables";
import { firstLogqlError } from "../logs/logql";
import { firstPromqlError } from "../metrics/promql";
import { Query } from "../query";
import { syntaxError } from "../syntax-error";
import { DataSources } from "./data-sources";
import { annotationsOf, isObject, Json, JsonObject, objectsOf, panelsOf, textOf, variablesOf } from "./model";

/** Returns the PromQL queries of a dashboard's panels, variables and annotations. */
export function dashboardQueries(json: string): Query[] {
  return parsed(PROMQL, json);
}

/** Returns the LogQL queries of a dashboard's panels, variables and annotations. */
export function dashboardLogQueries(json: string): Query[] {
  return parsed(LOGQL, json);
}

/** Returns the origins of the queries that cannot be parsed, because their variables can contain text of any kind. */
export function unparsedQueries(json: string): string[] {
  return [PROMQL, LOGQL].flatMap((language) =>
    queriesTo(language.source, json)
      .filter(({ expression }) => substitutedIn(language, expression).error?.uncertain)
      .map(({ where }) => where),
  );
}

/** A query language, and the data source that understands it. */
interface Language {
  readonly source: string;
  readonly firstError: (query: string) => number | undefined;
  /** Queries with placeholders. A synthesis reads the queries of each dashboard several times. */
  readonly cache: Map<string, Substituted>;
}

const PROMQL: Language = { source: DataSources.PROMETHEUS, firstError: firstPromqlError, cache: new Map() };
const LOGQL: Language = { source: DataSources.LOKI, firstError: firstLogqlError, cache: new Map() };

/** Replaces the variables of queries, and leaves out the queries that cannot be parsed because of their variables. */
function parsed(language: Language, json: string): Query[] {
  return queriesTo(language.source, json).flatMap(({ where, expression }) => {
    const { text, error } = substitutedIn(language, expression);
    if (error === undefined) return [{ where, expression: text }];
    return error.uncertain ? [] : [{ where, expression, _problem: syntaxError(expression, error.position) }];
  });
}

function substitutedIn({ firstError, cache }: Language, expression: string): Substituted {
  const found = cache.get(expression) ?? substituted(expression, firstError);
  cache.set(expression, found);
  return found;
}

function queriesTo(source: string, json: string): Query[] {
  const dashboard = JSON.parse(json) as JsonObject;
  const title = textOf(dashboard.title, textOf(dashboard.uid));
  const found = [panelQueries, variableQueries, annotationQueries].flatMap((queries) => queries(source, dashboard));
  return found
    .filter(({ expression }) => expression.trim() !== "")
    .map(({ where, expression }) => ({ where: `dashboard "${title}", ${where}`, expression }));
}

function panelQueries(source: string, dashboard: JsonObject): Query[] {
  return panelsOf(dashboard).flatMap((panel) =>
    objectsOf(panel.targets)
      .filter(
        (target) => targetsSource(source, target.datasource ?? panel.datasource) && typeof target.expr === "string",
      )
      .map((target) => ({ where: panelName(panel), expression: textOf(target.expr) })),
  );
}

function panelName({ title, id }: JsonObject): string {
  return textOf(title) === "" && typeof id === "number" ? `panel ${id}` : `panel "${textOf(title)}"`;
}

function variableQueries(source: string, dashboard: JsonObject): Query[] {
  return variablesOf(dashboard)
    .filter(({ type, datasource }) => type === "query" && targetsSource(source, datasource))
    .flatMap(({ name, query }) => {
      const expression = isObject(query)
        ? (expressionOf(textOf(query.query)) ?? textOf(query.stream))
        : (expressionOf(textOf(query)) ?? "");
      // Grafana asks for the values of a label without a selector if the selector is empty.
      return /^\s*\{\s*\}\s*$/.test(expression) ? [] : [{ where: `variable "${textOf(name)}"`, expression }];
    });
}

function annotationQueries(source: string, dashboard: JsonObject): Query[] {
  return annotationsOf(dashboard)
    .filter(({ datasource }) => targetsSource(source, datasource))
    .map(({ name, expr, target }) => ({
      where: `annotation "${textOf(name)}"`,
      expression: textOf(expr) || (isObject(target) ? textOf(target.expr) : ""),
    }));
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
    /^\s*(?:label_values\(\s*([^]+?)\s*,\s*[\w$.:{}[\]]+\s*\)|query_result\(([^]+)\))\s*$/.exec(query) ?? [];
  return selected ?? computed;
}
