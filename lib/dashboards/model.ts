/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, Json | undefined>>;

/** A dashboard in Grafana's classic model, as its provisioning reads it: of its many members, those that all have. */
export interface DashboardModel {
  readonly uid: string;
  readonly title: string;
  readonly [key: string]: Json | undefined;
}

/** Whether a value is an object, and no list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; none where the value is no list. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

/** The panels of a dashboard, also those within rows. */
export function panelsOf(dashboard: JsonObject): JsonObject[] {
  const panels = objectsOf(dashboard.panels);
  return panels.flatMap((panel) => [panel, ...objectsOf(panel.panels)]);
}

/** The variables that a dashboard has above its panels. */
export function variablesOf(dashboard: JsonObject): JsonObject[] {
  return isObject(dashboard.templating) ? objectsOf(dashboard.templating.list) : [];
}

/** What a dashboard draws over its graphs. */
export function annotationsOf(dashboard: JsonObject): JsonObject[] {
  return isObject(dashboard.annotations) ? objectsOf(dashboard.annotations.list) : [];
}

/** A text, or what stands for it where the value is none. */
export function textOf(value: Json | undefined, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}
