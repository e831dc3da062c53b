import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { withBuiltInDataSources } from "./built-in-data-sources";
import { DashboardModel, isObject, Json, JsonObject, textOf } from "./model";

/**
 * Reads a dashboard that was exported from Grafana, and replaces its data sources with the built-in ones.
 *
 * @param keepOthers whether to keep data sources whose type is not built-in, instead of rejecting them
 * @throws if the file is not a dashboard, or uses a data source whose type is not built-in
 */
export function readDashboard(path: string, keepOthers: boolean): DashboardModel {
  try {
    const exported = objectOf(parse(readFileSync(path, "utf8")));
    const uid = uidOf(exported, path);
    const dashboard = withBuiltInDataSources(exported, keepOthers);
    return { ...dashboard, uid, title: textOf(dashboard.title, uid) };
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

/** Returns a dashboard in the classic model, and rejects everything else. */
function objectOf(exported: Json): JsonObject {
  if (!isObject(exported)) throw new Error("the file is not a JSON object: export a dashboard from Grafana");
  if (isObject(exported.dashboard))
    throw new Error('the file is a response of Grafana\'s API: keep only the value of its key "dashboard" in the file');
  if (exported.apiVersion !== undefined || exported.elements !== undefined)
    throw new Error(
      "the dashboard uses the newer resource model, which Grafana 10 to 12 cannot read: export it in the classic model",
    );
  if (!Array.isArray(exported.panels) && !Array.isArray(exported.rows))
    throw new Error('the file has no "panels", so it is not a dashboard: export a dashboard from Grafana');
  return exported;
}

/** Returns the uid of a dashboard. The name of the file replaces a missing uid, so that the URL is the same after each deploy. */
function uidOf({ uid }: JsonObject, path: string): string {
  if (uid === undefined || uid === null || uid === "") return uidFromName(path);
  if (typeof uid !== "string" || !/^[\w-]{1,40}$/.test(uid))
    throw new Error(`the uid ${JSON.stringify(uid)} is invalid: use up to 40 letters, digits, "-" and "_"`);
  return uid;
}

function uidFromName(path: string): string {
  const name = basename(path, ".json")
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (name === "") throw new Error('the dashboard has no uid: add one, such as "uid": "our-shop"');
  return name.slice(0, 40);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
