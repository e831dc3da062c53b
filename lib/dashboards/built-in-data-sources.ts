import { dataSourceUids } from "./data-sources";
import { isObject, Json, JsonObject, objectsOf, textOf, variablesOf } from "./model";

/** Keys of an exported dashboard that only an import needs, and its id in the Grafana that exported it. */
const IMPORT_MEMBERS = ["__inputs", "__requires", "__elements", "id"];
/** Names that Grafana reserves: its internal data, the results of other panels, and expressions. */
const RESERVED = ["grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "__expr__"];

/**
 * Replaces the data sources of an exported dashboard with the built-in data sources of the same type.
 *
 * @throws if the dashboard uses a data source other than the built-in ones
 */
export function withBuiltInDataSources(exported: JsonObject): JsonObject {
  const dashboard = Object.fromEntries(Object.entries(exported).filter(([key]) => !IMPORT_MEMBERS.includes(key)));
  const substituted = substitute(dashboard, inputValues(objectsOf(exported.__inputs))) as JsonObject;
  const variables = variablesOf(substituted).filter(({ type }) => type === "datasource");
  return withReferences(substituted, new Set(variables.map(({ name }) => textOf(name)))) as JsonObject;
}

/** Returns the uids of the built-in data sources that a dashboard uses. */
export function dataSourcesOf(dashboard: Json | undefined): Set<string> {
  const found = new Set<string>();
  JSON.stringify(dashboard, (key, value: Json) => {
    if (key === "datasource" && isObject(value) && dataSourceUids.includes(textOf(value.uid)))
      found.add(textOf(value.uid));
    return value;
  });
  return found;
}

/** Returns the value of each input by name: the built-in data source of its type, or the default of a constant. */
function inputValues(inputs: readonly JsonObject[]): ReadonlyMap<string, string> {
  return new Map(
    inputs.map((input) => {
      const name = textOf(input.name);
      if (input.type !== "datasource") return [name, textOf(input.value)];
      const type = textOf(input.pluginId);
      if (!dataSourceUids.includes(type))
        throw new Error(`the input ${name} needs a data source of type "${type}": use one of ${builtInNames()}`);
      return [name, type];
    }),
  );
}

/** Replaces `${name}` with the value of the input in all strings. */
function substitute(value: Json | undefined, values: ReadonlyMap<string, string>): Json | undefined {
  if (typeof value === "string")
    return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  return mapped(value, (_, inner) => substitute(inner, values));
}

/** Replaces each reference to a data source with an object that contains the uid of a built-in one. */
function withReferences(value: Json | undefined, variables: ReadonlySet<string>): Json | undefined {
  return mapped(value, (key, inner) =>
    key === "datasource" ? reference(inner, variables) : withReferences(inner, variables),
  );
}

/**
 * Returns a reference in the form of Grafana 8.3 and later, `{ type, uid }`. Older exports contain a name.
 *
 * @param variables names of the dashboard's variables that select a data source
 */
function reference(value: Json | undefined, variables: ReadonlySet<string>): Json | undefined {
  if (value === undefined || value === null) return value;
  const { type, uid } = isObject(value) ? value : { type: undefined, uid: value };
  const name = textOf(uid ?? type);
  const [, variable = ""] = /^\$(?:\{(\w+)(?::\w+)?\}|(\w+))$/.exec(name)?.filter(Boolean) ?? [];
  if (RESERVED.includes(name) || variables.has(variable)) return value;
  const builtIn = dataSourceUids.find((each) => each === name.toLowerCase());
  if (builtIn !== undefined) return { type: builtIn, uid: builtIn };
  const ofType = typeof type === "string" ? ` of type "${type}"` : "";
  throw new Error(
    `the data source "${name}"${ofType} does not exist: use one of ${builtInNames()}, or export the dashboard "for sharing externally"`,
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

function builtInNames(): string {
  return dataSourceUids.map((uid) => `"${uid}"`).join(", ");
}
