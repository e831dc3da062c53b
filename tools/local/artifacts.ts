import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Architecture } from "../../lib/servers/architecture";
import { Artifacts } from "../../lib/artifacts";
import { main, projectRoot, run, UserError, type Log, type RunResult } from "../cli/common";
import { buildSources, readManifest, sourceDirectory, sourceNames } from "./source";
import { thisPlatform } from "./source/go";

const HELP = `npm run artifacts: fetches the release archives that playbooks install, each checked against its SHA-256

  They go into the cache on this machine, from where servers get them. What is there already is only checked.
  CDKTF_MONITORING_DIRECTORY and CDKTF_MONITORING_MIRROR (a folder, a URL) say where they come from instead of
  their projects' releases.

  --arch LIST  for these architectures, comma-separated: ${Object.values(Architecture).join(", ")} (default: this machine's)
  --source     build them from their Go modules instead; needs Go, takes minutes; without Prometheus' web pages.
               CDKTF_MONITORING_SOURCE then names the folder to deploy from
  -h, --help   this text`;

/** An archive that is on this machine now. */
interface Available {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly path: string;
  readonly sha256: string;
}

/**
 * The release archives for this machine's architecture, or where upstream can't be reached, the same built from source.
 * Where the environment says where archives come from, that is used.
 *
 * @returns what to add to the environment of a synthesis, so that it uses what is here
 */
export async function obtainArtifacts(log: Log): Promise<Record<string, string>> {
  const artifacts = artifactsFromEnvironment();
  const architecture = thisArchitecture();
  if (artifacts.channel !== "release" || (await isReachable(releaseSite(artifacts)))) {
    await fetchArtifacts(artifacts, [architecture], log);
    return {};
  }
  if (await areCached(artifacts, architecture)) {
    log("all in the cache");
    return {};
  }
  log("the releases can't be reached: building from source instead, with Promtail, for Alloy is in no Go module");
  return { CDKTF_MONITORING_SOURCE: await buildSources(sourceNames, log), LOG_AGENT: "promtail" };
}

/**
 * Makes sure that the archives of all programs are in the cache.
 *
 * Throws a {@link UserError} that names the other ways where upstream can't be reached.
 */
export async function fetchArtifacts(
  artifacts: Artifacts,
  architectures: readonly Architecture[],
  log: Log,
): Promise<readonly Available[]> {
  const fetched = await askFetcher(requests(artifacts, architectures), log);
  if (fetched.code === 0) {
    return JSON.parse(fetched.stdout) as Available[];
  }
  if (artifacts.channel === "release" && !(await isReachable(releaseSite(artifacts)))) {
    throw new UserError(
      `${releaseSite(artifacts).host} can't be reached from here, and not all archives are in the cache. ${OTHER_WAYS}`,
    );
  }
  throw new UserError(fetched.stderr.slice(Math.max(fetched.stderr.indexOf("error: "), 0)).trimEnd());
}

const OTHER_WAYS = `Three other ways:
  a folder   put the archives into one, and set CDKTF_MONITORING_DIRECTORY to it (or use Artifacts.directory)
  a mirror   set CDKTF_MONITORING_MIRROR to the URL of a folder that holds them (or use Artifacts.mirror)
  source     npm run artifacts -- --source`;

/** What the playbooks' fetcher is asked for: all that there is, but of source builds what was built. */
export function requests(artifacts: Artifacts, architectures: readonly Architecture[]): readonly object[] {
  const names = artifactNames.filter((name) => artifacts.has(name));
  return names.flatMap((name) =>
    architectures.map((architecture) => ({
      ...artifacts.request(name, architecture),
      ...(artifacts.location === undefined ? {} : { location: artifacts.location }),
    })),
  );
}

const playbooks = join(projectRoot, "playbooks");

const artifactNames = Object.keys(JSON.parse(readFileSync(join(playbooks, "artifacts.json"), "utf8")) as object);

/**
 * The archive of one program as this machine has it: fetched, in the cache, or built from source before.
 *
 * Throws a {@link UserError} where it is none of these.
 */
export async function archiveOf(name: string, log: Log): Promise<{ readonly version: string; readonly path: string }> {
  const artifacts = artifactsFromEnvironment();
  const request = { ...artifacts.request(name, thisArchitecture()), location: artifacts.location };
  const reachable = artifacts.channel !== "release" || (await isReachable(releaseSite(artifacts)));
  const fetched = await (reachable
    ? askFetcher([request], log)
    : askFetcher([{ ...request, url: null, checksums: null }]));
  if (fetched.code === 0) {
    const [found] = JSON.parse(fetched.stdout) as Available[];
    if (found) return found;
  }
  const built = readManifest(sourceDirectory())[name];
  if (built) {
    log(`${name} ${built.version} (source): present`);
    return { version: built.version, path: join(sourceDirectory(), built.file) };
  }
  throw new UserError(`there is no archive of ${name} on this machine: npm run artifacts says how to have it`);
}

/** Reads a list such as `amd64,arm64`. */
export function parseArchitectures(list: string): Architecture[] {
  const known = Object.values(Architecture);
  return list.split(",").map((name) => {
    const found = known.find((architecture) => (architecture as string) === name.trim());
    if (found === undefined) {
      throw new UserError(`unknown architecture "${name.trim()}" in --arch ${list}: known are ${known.join(", ")}`);
    }
    return found;
  });
}

/** Asks the playbooks' fetcher for archives; its error, if any, is the last of what it says. */
export async function askFetcher(wanted: readonly object[], log?: Log): Promise<RunResult> {
  const lock = join(projectRoot, "artifacts.lock.json");
  // The error is the last that it says, and is told once, as this tool's own.
  let failed = false;
  return run("python3", [join(playbooks, "artifacts.py"), "ensure", "-", "--lock", lock], {
    input: JSON.stringify(wanted),
    quiet: true,
    log: (line) => {
      failed ||= line.startsWith("error: ");
      if (!failed) {
        log?.(line);
      }
    },
  });
}

/** Whether all archives are in the cache: the fetcher finds them without any place to fetch from. */
async function areCached(artifacts: Artifacts, architecture: Architecture): Promise<boolean> {
  const nowhere = requests(artifacts, [architecture]).map((request) => ({ ...request, url: null, checksums: null }));
  return (await askFetcher(nowhere)).code === 0;
}

/** Whether a site answers, whatever it says, within 5 seconds. */
export async function isReachable(site: URL): Promise<boolean> {
  // Python, for it is what fetches: the same proxy, the same certificates.
  const script = `import sys, urllib.error as e, urllib.request as r
try: r.urlopen(r.Request(sys.argv[1], method="HEAD"), timeout=5)
except e.HTTPError: pass`;
  const { code } = await run("python3", ["-c", script, site.origin], { timeout: 5 });
  return code === 0;
}

/** The site of the first archive stands for all: they are published at one place. */
function releaseSite(artifacts: Artifacts): URL {
  const [name = ""] = artifactNames;
  return new URL(artifacts.request(name, thisArchitecture()).url ?? "");
}

/** Where the environment says that archives come from. */
export function artifactsFromEnvironment(): Artifacts {
  try {
    return Artifacts.fromEnvironment();
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

function thisArchitecture(): Architecture {
  return parseArchitectures(thisPlatform().architecture)[0] ?? Architecture.AMD64;
}

async function tool(): Promise<void> {
  const { values } = parseArgs({
    options: { arch: { type: "string" }, source: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  const log: Log = (line) => {
    console.log(line);
  };
  if (values.help) {
    log(HELP);
    return;
  }
  const architectures = values.arch === undefined ? [thisArchitecture()] : parseArchitectures(values.arch);
  if (values.source) {
    if (architectures.some((architecture) => architecture !== thisArchitecture())) {
      throw new UserError(
        `source builds are for this machine's architecture only, which is ${thisArchitecture()}: leave out --arch`,
      );
    }
    const directory = await buildSources(sourceNames, log);
    log(`\nTo deploy from them: export CDKTF_MONITORING_SOURCE='${directory}'`);
    return;
  }
  const available = await fetchArtifacts(artifactsFromEnvironment(), architectures, log);
  for (const { path } of available) {
    log(path);
  }
}

if (require.main === module) {
  main(tool);
}
