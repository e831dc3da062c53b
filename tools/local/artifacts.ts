import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Artifacts } from "../../lib/artifacts";
import { contract } from "../../lib/contract";
import { playbooksDirectory } from "../../lib/paths";
import { Architecture } from "../../lib/servers/architecture";
import { main, usage } from "../cli/command";
import { run, type Log, type RunResult } from "../cli/process";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { buildSources, readManifest, sourceDirectory, sourceNames } from "./source";
import { thisPlatform } from "./source/go";

const HELP = `Usage: ${usage("artifacts")}

Fetches the release archives into the cache of this machine and checks their SHA-256 digests. Servers get the archives
from this cache. To use another source than the release sites, set CDKTF_MONITORING_DIRECTORY to a folder or
CDKTF_MONITORING_MIRROR to a URL. If a digest is not pinned, CDKTF_MONITORING_TRUST_DOWNLOADS=true takes it from the
release site and records it.

  --arch <list>   architectures, separated by commas: ${Object.values(Architecture).join(", ")} (default: the one of this machine)
  --source        build the archives from Go modules instead. Needs Go, takes minutes. Prometheus and Grafana have no
                  web UI. To deploy them, set CDKTF_MONITORING_SOURCE to the printed folder.
  -h, --help      print this help`;

/** An archive on this machine. */
interface Available {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly path: string;
  readonly sha256: string;
}

/**
 * Fetches the release archives for the architecture of this machine. If the release sites are unreachable and the
 * archives are not in the cache, builds them from source. The environment can select another channel.
 *
 * @returns environment variables for the synthesis
 */
export async function obtainArtifacts(log: Log): Promise<Record<string, string>> {
  const artifacts = artifactsFromEnvironment();
  const architecture = thisArchitecture();
  if (artifacts._channel !== "release" || (await isReachable(releaseSite(artifacts)))) {
    await fetchArtifacts(artifacts, [architecture], log);
    return {};
  }
  if (await areCached(artifacts, architecture)) {
    log("all in the cache");
    return {};
  }
  log(
    "the release sites are unreachable: building from source, with Promtail because Alloy cannot be built from a Go module",
  );
  return {
    CDKTF_MONITORING_SOURCE: await buildSources(sourceNames, log),
    CDKTF_MONITORING_SOURCE_FOR: "local",
    LOG_AGENT: "promtail",
  };
}

/**
 * Fetches the archives of all programs into the cache.
 *
 * @throws UserError if an archive is unavailable. If the release sites are unreachable, the error lists the alternatives.
 */
export async function fetchArtifacts(
  artifacts: Artifacts,
  architectures: readonly Architecture[],
  log: Log,
): Promise<readonly Available[]> {
  const fetched = await runFetcher(requests(artifacts, architectures), log);
  if (fetched.code === 0) {
    return JSON.parse(fetched.stdout) as Available[];
  }
  if (artifacts._channel === "release" && !(await isReachable(releaseSite(artifacts)))) {
    throw new UserError(
      `${releaseSite(artifacts).host} is unreachable and the cache does not contain all archives. ${ALTERNATIVES}`,
    );
  }
  throw new UserError(fetchError(fetched.stderr));
}

const ALTERNATIVES = `Use one of these:
  a folder      set CDKTF_MONITORING_DIRECTORY to a folder with the archives (or use Artifacts.directory)
  a mirror      set CDKTF_MONITORING_MIRROR to the URL of a folder with the archives (or use Artifacts.mirror)
  source build  npm run artifacts -- --source`;

/** The requests to the fetcher for all archives. For the channel `source`, only the archives that were built. */
export function requests(artifacts: Artifacts, architectures: readonly Architecture[]): readonly object[] {
  const names = artifactNames.filter((name) => artifacts._has(name));
  return names.flatMap((name) =>
    architectures.map((architecture) => ({
      ...artifacts._request(name, architecture),
      ...(artifacts._location === undefined ? {} : { location: artifacts._location }),
    })),
  );
}

const artifactNames = Object.keys(
  JSON.parse(readFileSync(join(playbooksDirectory, "artifacts.json"), "utf8")) as object,
);

/**
 * Finds the archive of a program: fetches it, or uses the cache or an earlier source build.
 *
 * @throws UserError if the archive is unavailable
 */
export async function archiveOf(name: string, log: Log): Promise<{ readonly version: string; readonly path: string }> {
  const artifacts = artifactsFromEnvironment();
  const request = { ...artifacts._request(name, thisArchitecture()), location: artifacts._location };
  const reachable = artifacts._channel !== "release" || (await isReachable(releaseSite(artifacts)));
  const fetched = await (reachable ? runFetcher([request], log) : runFetcher([cachedOnly(request)]));
  if (fetched.code === 0) {
    const [found] = JSON.parse(fetched.stdout) as Available[];
    if (found) return found;
  }
  const built = readManifest(sourceDirectory())[name];
  if (built) {
    log(`${name} ${built.version} (source): present`);
    return { version: built.version, path: join(sourceDirectory(), built.file) };
  }
  throw new UserError(`no archive of ${name} on this machine: "npm run artifacts -- --help" lists how to get it`);
}

/** Parses a list such as `amd64,arm64`. */
export function parseArchitectures(list: string): Architecture[] {
  const known = Object.values(Architecture);
  return list.split(",").map((name) => {
    const found = known.find((architecture) => (architecture as string) === name.trim());
    if (found === undefined) {
      throw new UserError(`unknown architecture "${name.trim()}" in --arch ${list}: use ${known.join(" or ")}`);
    }
    return found;
  });
}

/** Runs the fetcher of the playbooks. Its error message is not logged: see {@link fetchError}. */
export async function runFetcher(wanted: readonly object[], log?: Log): Promise<RunResult> {
  const lock = join(projectRoot, contract.artifactsLock);
  let failed = false;
  return run("python3", [join(playbooksDirectory, "artifacts.py"), "ensure", "-", "--lock", lock], {
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

/** The error message of the fetcher, which is the last part of its standard error. */
export function fetchError(stderr: string): string {
  return stderr.slice(Math.max(stderr.indexOf("error: "), 0)).trimEnd();
}

/** Whether the cache contains all archives: the fetcher finds them without a source to fetch from. */
async function areCached(artifacts: Artifacts, architecture: Architecture): Promise<boolean> {
  return (await runFetcher(requests(artifacts, [architecture]).map(cachedOnly))).code === 0;
}

function cachedOnly(request: object): object {
  return { ...request, url: null, checksums: null };
}

/** Whether a site answers within 5 seconds, with any status. */
export async function isReachable(site: URL): Promise<boolean> {
  // The fetcher is a Python program, so this check uses Python too, with the same proxy and the same certificates.
  const script = `import sys, urllib.error as e, urllib.request as r
try: r.urlopen(r.Request(sys.argv[1], method="HEAD"), timeout=5)
except e.HTTPError: pass`;
  const { code } = await run("python3", ["-c", script, site.origin], { timeout: 5 });
  return code === 0;
}

/** The site of the first archive. All archives are published on the same site. */
function releaseSite(artifacts: Artifacts): URL {
  const [name = ""] = artifactNames;
  return new URL(artifacts._request(name, thisArchitecture()).url ?? "");
}

/** The artifacts that the environment selects. */
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

async function command(): Promise<void> {
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
        `--source builds only for the architecture of this machine, ${thisArchitecture()}: remove --arch ${values.arch ?? ""}`,
      );
    }
    const directory = await buildSources(sourceNames, log);
    log(`\nTo deploy these builds: export CDKTF_MONITORING_SOURCE='${directory}'`);
    return;
  }
  const available = await fetchArtifacts(artifactsFromEnvironment(), architectures, log);
  for (const { path } of available) {
    log(path);
  }
}

if (require.main === module) {
  main(command);
}
