import { readFileSync } from "node:fs";
import { DashboardModel, isObject, Json, JsonObject, textOf } from "./model";
import { withBuiltInDataSources } from "./built-in-data-sources";

/**
 * Reads a dashboard that somebody exported from Grafana, with our data sources in place of those that it asks for.
 *
 * @throws when the file is no dashboard, has no uid, or wants a data source that there is none of
 */
export function readDashboard(path: string): DashboardModel {
  try {
    return ours(parse(readFileSync(path, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the dashboard ${path}: ${reason}`, { cause: error });
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`it is no JSON (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  }
}

function ours(exported: Json): DashboardModel {
  const uid = uidOf(exported);
  const dashboard = withBuiltInDataSources(exported as JsonObject);
  return { ...dashboard, uid, title: textOf(dashboard.title, uid) };
}

/** The uid of what must be a dashboard in the classic model. */
function uidOf(exported: Json): string {
  if (!isObject(exported)) throw new Error("it is no JSON object");
  if (isObject(exported.dashboard))
    throw new Error('it is what Grafana\'s API answers: take what is in its "dashboard", and write that to the file');
  if (exported.apiVersion !== undefined || exported.elements !== undefined)
    throw new Error("it is in the newer resource model, which Grafana 10 to 12 do not read: export it as classic");
  if (!Array.isArray(exported.panels))
    throw new Error('it has no "panels": it is no dashboard, or one of a Grafana before 5 (import and export it anew)');
  const { uid } = exported;
  if (uid === undefined || uid === null || uid === "")
    throw new Error('it has no uid: give it one, such as "uid": "our-shop", which its address and links will name');
  if (typeof uid !== "string" || !/^\w[\w-]{0,39}$/.test(uid))
    throw new Error(`its uid, ${JSON.stringify(uid)}, is not up to 40 letters, digits, "-" and "_"`);
  return uid;
}
