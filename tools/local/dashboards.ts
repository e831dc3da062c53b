import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ArtifactRequest } from "../../lib/artifacts";
import { playbooksDirectory } from "../../lib/paths";
import { type Log } from "../cli/process";
import { artifactsFromEnvironment, fetchError, isReachable, runFetcher } from "./artifacts";

/** The variable with which main.ts leaves out the dashboards of grafana.com. */
const WITHOUT_DASHBOARDS = { COMMUNITY_DASHBOARDS: "false" };

/**
 * Fetches the dashboards of grafana.com that main.ts uses, which are the ones with pinned digests. Logs the reason if they
 * are unavailable.
 *
 * @returns environment variables for the synthesis, which leave the dashboards out if they are unavailable
 */
export async function obtainDashboards(log: Log): Promise<Record<string, string>> {
  const artifacts = artifactsFromEnvironment();
  const requests = pinned().map(([id, revision]) => ({
    ...artifacts._dashboard(id, revision),
    ...(artifacts._location === undefined ? {} : { location: artifacts._location }),
  }));
  const site = requests.find(({ channel }) => channel === "release")?.url;
  // The fetcher would retry each download of an unreachable site.
  const reachable = site === undefined || (await isReachable(new URL(site)));
  const { code, stderr } = await runFetcher(requests.map((request) => (reachable ? request : localOnly(request))));
  if (code === 0) {
    log("present");
    return {};
  }
  const reason = reachable ? fetchError(stderr) : "grafana.com is unreachable";
  log(`left out (COMMUNITY_DASHBOARDS=false): ${reason}`);
  return WITHOUT_DASHBOARDS;
}

/** A request that only the cache or the directory of the environment can satisfy. */
function localOnly(request: ArtifactRequest): object {
  return { ...request, url: null };
}

function pinned(): (readonly [number, number])[] {
  const pins = JSON.parse(readFileSync(join(playbooksDirectory, "dashboards.json"), "utf8")) as Record<string, object>;
  return Object.entries(pins).flatMap(([id, revisions]) =>
    Object.keys(revisions).map((revision) => [Number(id), Number(revision)] as const),
  );
}
