import { readFileSync } from "node:fs";
import { withBuiltInDataSources } from "./built-in-data-sources";
import { DashboardModel, isObject, Json, JsonObject, textOf } from "./model";

/**
 * Reads a dashboard that was exported from Grafana, and replaces its data sources with the built-in ones.
 *
 * @throws if the file is not a dashboard, has no uid, or uses a data source other than the built-in ones
 */
export function readDashboard(path: string): DashboardModel {
  try {
    return modelOf(parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new Error(`dashboard ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`the file is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

function modelOf(exported: Json): DashboardModel {
  const uid = uidOf(exported);
  const dashboard = withBuiltInDataSources(exported as JsonObject);
  return { ...dashboard, uid, title: textOf(dashboard.title, uid) };
}

/** Returns the uid of a dashboard in the classic model, and rejects everything else. */
function uidOf(exported: Json): string {
  if (!isObject(exported)) throw new Error("the file is not a JSON object: export a dashboard from Grafana");
  if (isObject(exported.dashboard))
    throw new Error('the file is a response of Grafana\'s API: keep only the value of its key "dashboard" in the file');
  if (exported.apiVersion !== undefined || exported.elements !== undefined)
    throw new Error(
      "the dashboard uses the newer resource model, which Grafana 10 to 12 cannot read: export it in the classic model",
    );
  if (!Array.isArray(exported.panels))
    throw new Error(
      'the dashboard has no "panels": if it comes from a Grafana before version 5, import it into a newer one and export it again',
    );
  const { uid } = exported;
  if (uid === undefined || uid === null || uid === "")
    throw new Error('the dashboard has no uid: add one, such as "uid": "our-shop" (links to the dashboard contain it)');
  if (typeof uid !== "string" || !/^\w[\w-]{0,39}$/.test(uid))
    throw new Error(`the uid ${JSON.stringify(uid)} is invalid: use up to 40 letters, digits, "-" and "_"`);
  return uid;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
