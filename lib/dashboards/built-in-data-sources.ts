import { DataSources, dataSourceUids } from "./data-sources";
import { isObject, Json, JsonObject, objectsOf, textOf, variablesOf } from "./model";

/** Keys of an exported dashboard that only an import needs, and its id in the Grafana that exported it. */
const IMPORT_MEMBERS = ["__inputs", "__requires", "__elements", "id"];
/** Names that Grafana reserves: its internal data, the results of other panels, and expressions. */
const RESERVED = ["grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "__expr__"];
/** Type of a reference to a reserved name. */
const RESERVED_TYPE = "datasource";
/** Names of the default data source, which is Prometheus. */
const DEFAULTS = ["", "default", "-- Default --"];

/**
 * Replaces the data sources of an exported dashboard with the built-in data sources of the same type.
 *
 * @param keepOthers whether to keep data sources of other types, instead of rejecting them
 * @throws if the dashboard uses a data source of another type
 */
export function withBuiltInDataSources(exported: JsonObject, keepOthers: boolean): JsonObject {
  const dashboard = Object.fromEntries(Object.entries(exported).filter(([key]) => !IMPORT_MEMBERS.includes(key)));
  const inputs = inputValues(objectsOf(exported.__inputs), keepOthers);
  const substituted = substitute(dashboard, inputs) as JsonObject;
  const variables = variablesOf(substituted).filter(({ type, query }) => type === "datasource" && textOf(query) !== "");
  const types = new Map(variables.map(({ name, query }) => [textOf(name), textOf(query)]));
  if (!keepOthers) for (const [name, type] of types) rejectOthers(`the variable "${name}" selects data sources`, type);
  const expressionNames = namesWithExpressions(substituted);
  return withReferences(withoutFilters(substituted), { types, expressionNames, keepOthers }) as JsonObject;
}

/** Returns the uids of the built-in data sources that a dashboard uses. */
export function dataSourcesOf(dashboard: Json | undefined): Set<string> {
  const found = new Set<string>();
  JSON.stringify(dashboard, (key, value: Json) => {
    if (key === "datasource" && isObject(value))
      for (const name of [textOf(value.uid), textOf(value.type)]) if (dataSourceUids.includes(name)) found.add(name);
    return value;
  });
  return found;
}

/** Returns the value of each input by name: the built-in data source of its type, or the default of a constant. */
function inputValues(inputs: readonly JsonObject[], keepOthers: boolean): ReadonlyMap<string, string> {
  return new Map(
    inputs
      .filter(({ type, pluginId }) => !(keepOthers && type === "datasource" && !isKnown(textOf(pluginId))))
      .map((input) => {
        const name = textOf(input.name);
        if (input.type !== "datasource") return [name, textOf(input.value)];
        const type = textOf(input.pluginId);
        rejectOthers(`the input ${name} needs a data source`, type);
        return [name, type];
      }),
  );
}

function isKnown(type: string): boolean {
  return dataSourceUids.includes(type) || RESERVED.includes(type) || type === RESERVED_TYPE;
}

/** @throws if a type of data source is neither built-in nor reserved */
function rejectOthers(subject: string, type: string): void {
  if (!isKnown(type)) throw new Error(`${subject} of type "${type}": ${remedy()}`);
}

/** Replaces `${name}` with the value of the input in all strings. */
function substitute(value: Json | undefined, values: ReadonlyMap<string, string>): Json | undefined {
  if (typeof value === "string")
    return value.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  return mapped(value, (_, inner) => substitute(inner, values));
}

/**
 * Removes the filters of variables that select a data source, which contain names of the Grafana that exported the
 * dashboard. There is one built-in data source of each type.
 */
function withoutFilters(dashboard: JsonObject): JsonObject {
  if (!isObject(dashboard.templating)) return dashboard;
  const list = variablesOf(dashboard).map((variable) =>
    variable.type === "datasource" && variable.regex !== undefined ? { ...variable, regex: "" } : variable,
  );
  return { ...dashboard, templating: { ...dashboard.templating, list } };
}

/** Types of panels and variables that query no data source. */
const WITHOUT_QUERY = ["row", "interval", "custom", "constant", "textbox"];

/** Facts about a dashboard that determine which data source a reference means. */
interface Reading {
  /** Types of the data sources that the dashboard's variables select, by the variable's name. */
  readonly types: ReadonlyMap<string, string>;
  /** Names of data sources to which the dashboard sends queries that only Prometheus and Loki understand. */
  readonly expressionNames: ReadonlySet<string>;
  readonly keepOthers: boolean;
}

/** Replaces each reference to a data source with an object that contains the uid of a built-in one. */
function withReferences(value: Json | undefined, reading: Reading): Json | undefined {
  const queries = !(isObject(value) && WITHOUT_QUERY.includes(textOf(value.type)));
  return mapped(value, (key, inner) => {
    if (key !== "datasource") return withReferences(inner, reading);
    return queries ? reference(inner, reading) : undefined;
  });
}

/** Returns a reference in the form of Grafana 8.3 and later, `{ type, uid }`. Older exports contain a name. */
function reference(value: Json | undefined, reading: Reading): Json | undefined {
  if (value === undefined || value === null) return value;
  const { type, name } = partsOf(value);
  if (type === RESERVED_TYPE || RESERVED.includes(type) || RESERVED.includes(name)) return value;
  const [, variable = ""] = /^\$(?:\{(\w+)(?::\w+)?\}|(\w+))$/.exec(name)?.filter(Boolean) ?? [];
  const ofVariable = reading.types.get(variable);
  if (ofVariable !== undefined) return { type: ofVariable, uid: name };
  const builtIn = dataSourceUids.includes(type) ? type : type === "" ? typeByName(name, reading) : undefined;
  if (builtIn !== undefined) return { type: builtIn, uid: builtIn };
  if (reading.keepOthers) return value;
  const ofType = type === "" ? "" : ` of type "${type}"`;
  throw new Error(`the data source "${name}"${ofType} does not exist: ${remedy()}`);
}

function partsOf(value: Json): { readonly type: string; readonly name: string } {
  return isObject(value) ? { type: textOf(value.type), name: textOf(value.uid) } : { type: "", name: textOf(value) };
}

/**
 * Returns the type of a data source of which only the name is known: the type that the name contains, or Prometheus if
 * the name contains none and the dashboard sends PromQL or LogQL to this data source.
 */
function typeByName(name: string, { expressionNames }: Reading): string | undefined {
  if (DEFAULTS.includes(name)) return DataSources.PROMETHEUS;
  const contained = dataSourceUids.find((type) => name.toLowerCase().includes(type));
  return contained ?? (expressionNames.has(name) ? DataSources.PROMETHEUS : undefined);
}

function namesWithExpressions(value: Json | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  JSON.stringify(value, (_, inner: Json) => {
    if (isObject(inner) && inner.datasource !== undefined && inner.datasource !== null && hasExpression(inner))
      names.add(partsOf(inner.datasource).name);
    return inner;
  });
  return names;
}

/** Whether a panel, query, variable or annotation has a query that only Prometheus and Loki understand. */
function hasExpression({ expr, query, targets }: JsonObject): boolean {
  const text = isObject(query) ? textOf(query.query) : textOf(query);
  return (
    typeof expr === "string" ||
    /^\s*(label_values|label_names|query_result|metrics)\(/.test(text) ||
    objectsOf(targets).some((target) => typeof target.expr === "string")
  );
}

function mapped(
  value: Json | undefined,
  change: (key: string, inner: Json | undefined) => Json | undefined,
): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((inner) => change("", inner) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(key, inner)]));
}

function remedy(): string {
  const names = dataSourceUids.map((uid) => `"${uid}"`).join(", ");
  return `use one of ${names}, or keep it with Dashboard.fromFile(path, { unchecked: true }) and add it to Grafana yourself`;
}
