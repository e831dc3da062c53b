/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, Json | undefined>>;

/** A dashboard in Grafana's classic model, with the properties that every dashboard has. */
export interface DashboardModel {
  readonly uid: string;
  readonly title: string;
  readonly [key: string]: Json | undefined;
}

/** Whether a value is an object and not an array. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the objects of an array; none if the value is not an array. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

/** Returns the panels of a dashboard, including those in collapsed rows and in the rows of Grafana 4. */
export function panelsOf(dashboard: JsonObject): JsonObject[] {
  const panels = [...objectsOf(dashboard.panels), ...objectsOf(dashboard.rows).flatMap((row) => objectsOf(row.panels))];
  return panels.flatMap((panel) => [panel, ...objectsOf(panel.panels)]);
}

/** Returns the variables of a dashboard. */
export function variablesOf(dashboard: JsonObject): JsonObject[] {
  return isObject(dashboard.templating) ? objectsOf(dashboard.templating.list) : [];
}

/** Returns the annotations of a dashboard. */
export function annotationsOf(dashboard: JsonObject): JsonObject[] {
  return isObject(dashboard.annotations) ? objectsOf(dashboard.annotations.list) : [];
}

/** Returns a string; `otherwise` if the value is not a string. */
export function textOf(value: Json | undefined, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}
