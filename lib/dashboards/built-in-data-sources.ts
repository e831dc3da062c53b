import { dataSourceUids } from "./data-sources";
import { isObject, Json, JsonObject, objectsOf, textOf, variablesOf } from "./model";

/** What stands in an export for people to answer when they import it, and the number that it had where it was made. */
const QUESTIONS = ["__inputs", "__requires", "__elements", "id"];
/** What Grafana itself has: its own data, what other panels found, expressions. */
const BUILT_IN = ["grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "__expr__"];

/**
 * A dashboard with our data sources in place of those that its export asks for, by their types.
 *
 * @throws when it names one that there is none of
 */
export function withBuiltInDataSources(exported: JsonObject): JsonObject {
  const asked = Object.fromEntries(Object.entries(exported).filter(([key]) => !QUESTIONS.includes(key)));
  const answered = substitute(asked, answersTo(objectsOf(exported.__inputs))) as JsonObject;
  const chosen = variablesOf(answered).filter(({ type }) => type === "datasource");
  return pointed(answered, new Set(chosen.map(({ name }) => textOf(name)))) as JsonObject;
}

/** The uids of ours that a dashboard names. */
export function dataSourcesOf(dashboard: Json | undefined): Set<string> {
  const found = new Set<string>();
  JSON.stringify(dashboard, (key, value: Json) => {
    if (key === "datasource" && isObject(value) && dataSourceUids.includes(textOf(value.uid)))
      found.add(textOf(value.uid));
    return value;
  });
  return found;
}

/** The answers to an export's questions, by name: our data source of the type, or the constant that is proposed. */
function answersTo(inputs: readonly JsonObject[]): ReadonlyMap<string, string> {
  return new Map(
    inputs.map((input) => {
      const name = textOf(input.name);
      if (input.type !== "datasource") return [name, textOf(input.value)];
      const type = textOf(input.pluginId);
      if (!dataSourceUids.includes(type))
        throw new Error(`its input ${name} wants a data source of the type "${type}": there are ${known()}`);
      return [name, type];
    }),
  );
}

/** A value with `${name}` replaced by its answer in all of its texts. */
function substitute(value: Json | undefined, answers: ReadonlyMap<string, string>): Json | undefined {
  if (typeof value === "string")
    return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => answers.get(name) ?? whole);
  return mapped(value, (_, inner) => substitute(inner, answers));
}

/** A value in which every reference to a data source is an object with a uid that there is. */
function pointed(value: Json | undefined, variables: ReadonlySet<string>): Json | undefined {
  return mapped(value, (key, inner) =>
    key === "datasource" ? reference(inner, variables) : pointed(inner, variables),
  );
}

/**
 * A reference to a data source as Grafana has written it since 8.3, `{ type, uid }`; older exports have its name.
 *
 * @param variables those by which people choose a data source above the panels
 */
function reference(value: Json | undefined, variables: ReadonlySet<string>): Json | undefined {
  if (value === undefined || value === null) return value;
  const { type, uid } = isObject(value) ? value : { type: undefined, uid: value };
  const name = textOf(uid ?? type);
  const [, variable = ""] = /^\$(?:\{(\w+)(?::\w+)?\}|(\w+))$/.exec(name)?.filter(Boolean) ?? [];
  if (BUILT_IN.includes(name) || variables.has(variable)) return value;
  const ours = dataSourceUids.find((known) => known === name.toLowerCase());
  if (ours !== undefined) return { type: ours, uid: ours };
  const kind = typeof type === "string" ? ` (of the type "${type}")` : "";
  throw new Error(
    `it names the data source "${name}"${kind}: there are ${known()}. Write one of these, or export it "for sharing externally"`,
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

function known(): string {
  return dataSourceUids.map((uid) => `"${uid}"`).join(", ");
}
