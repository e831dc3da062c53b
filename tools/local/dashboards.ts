import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ArtifactRequest } from "../../lib/artifacts";
import { playbooksDirectory } from "../../lib/paths";
import { artifactsFromEnvironment, askFetcher, isReachable } from "./artifacts";
import { Log } from "../cli/common";

/** The context by which the example app leaves out the dashboards of grafana.com. */
const LEFT_OUT = { COMMUNITY_DASHBOARDS: "false" };

/**
 * The dashboards of grafana.com whose digests are pinned, which are those that the example app shows. Where they cannot
 * be had it says so.
 *
 * @returns what to add to the environment of a synthesis, so that it leaves out what cannot be had
 */
export async function obtainDashboards(log: Log): Promise<Record<string, string>> {
  const artifacts = artifactsFromEnvironment();
  const requests = pinned().map(([id, revision]) => ({
    ...artifacts.dashboard(id, revision),
    ...(artifacts.location === undefined ? {} : { location: artifacts.location }),
  }));
  const site = requests.find(({ channel }) => channel === "release")?.url;
  // Whoever is not there is not waited for, attempt by attempt.
  const reachable = site === undefined || (await isReachable(new URL(site)));
  const { code, stderr } = await askFetcher(requests.map((request) => (reachable ? request : placesHere(request))));
  if (code === 0) {
    log("there");
    return {};
  }
  const why = reachable
    ? stderr.slice(Math.max(stderr.indexOf("error: "), 0)).trimEnd()
    : "grafana.com can't be reached";
  log(`left out, for ${why} (COMMUNITY_DASHBOARDS=false)`);
  return LEFT_OUT;
}

/** A request for what is in the cache, or in the folder that the environment names. */
function placesHere(request: ArtifactRequest): object {
  return { ...request, url: null };
}

function pinned(): (readonly [number, number])[] {
  const pins = JSON.parse(readFileSync(join(playbooksDirectory, "dashboards.json"), "utf8")) as Record<string, object>;
  return Object.entries(pins).flatMap(([id, revisions]) =>
    Object.keys(revisions).map((revision) => [Number(id), Number(revision)] as const),
  );
}
