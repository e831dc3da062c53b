import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { expandedCatalogue, type Catalogue, type CatalogueEntry } from "../../lib/metrics/catalogue-entry";
import { archiveOf } from "../local/artifacts";
import { compact } from "./catalogue/compact";
import { definedMetrics, updated } from "./catalogue/defined";
import type { Observe, Program } from "./catalogue/program";
import { programs } from "./catalogue/programs";
import type { SourceLocation } from "./catalogue/sources/go-list";
import { unpack } from "./unpack";
import { main, usage } from "../cli/command";
import { projectRoot } from "../cli/project";
import { type Log } from "../cli/process";
import { UserError } from "../cli/user-error";
import { writeAtomically } from "../cli/files";
import { ensureEngine } from "../local/engine";

const HELP = `Usage: ${usage("catalogue", "[<kind>…]")}

Writes the names of the metrics of each program to lib/metrics/catalogue.json. Kinds: ${programs.map(({ kind }) => kind).join(", ")}.
Without <kind>, updates all of them. The names come from two places:

  observed   The program runs on this machine. Metrics that another machine found for the same version are kept. If
             Docker and the image of the local servers are available ("npm run up" builds it), node exporter also runs in
             a container. If Go is available, it also runs with the kernel files of its own tests.
  possible   The sources of the pinned release, from the Go module proxy, define the metric. Needs Go.

The program that runs can be older than the pinned release, because newer modules cannot be built from source. Then the
catalogue marks the metrics that only one of both versions has. If a program or its sources are unavailable, its old
names are kept and the exit status is 1.

If the module proxy lacks a release, check out its sources and name the folder:

  npm run catalogue -- alloy --version 1.20.1 --sources ../alloy

  --sources <folder>    folder of the sources of the release, for one kind
  --version <version>   version of these sources (default: the pinned release)
  -h, --help            print this help`;

const FILE = join(projectRoot, "lib", "metrics", "catalogue.json");

async function catalogue(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      sources: { type: "string" },
      version: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const wanted = positionals.length > 0 ? positionals.map(programOf) : programs;
  const given = givenSources(values, wanted);
  const failed: string[] = [];
  const attempt = async <T>(kind: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failed.push(kind);
      console.error(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  // For node exporter in a container. Without an engine, it logs which metrics are missing.
  const engine = await ensureEngine(() => undefined).catch(() => undefined);
  if (engine?.dockerHost !== undefined) process.env.DOCKER_HOST = engine.dockerHost;
  for (const program of wanted) {
    const { kind, observe } = program;
    const observation = observe && (await attempt(kind, async () => observed(kind, observe, console.log)));
    const observedVersion = observation?.observedVersion ?? read()[kind]?.observedVersion;
    const defined = await attempt(kind, async () => definedMetrics(kind, observedVersion, given, console.log));
    const entry = updated(read()[kind], observation, defined);
    if (entry === undefined) continue;
    write(kind, entry);
    console.log(`${kind} ${entry.version}: ${countOf(entry)}`);
  }
  if (failed.length > 0)
    throw new UserError(`kept old names of ${[...new Set(failed)].join(", ")}: see the messages above`);
}

/** The sources that the options name. */
function givenSources(
  { sources: folder, version }: { readonly sources?: string; readonly version?: string },
  wanted: readonly Program[],
): SourceLocation {
  if (folder === undefined && version === undefined) return {};
  if (folder === undefined) throw new UserError("--version needs --sources, the folder of the sources of this version");
  if (wanted.length !== 1) throw new UserError("--sources needs one kind: name it, as in: npm run catalogue -- alloy");
  if (!existsSync(join(folder, "go.mod")))
    throw new UserError(`--sources ${folder} has no file go.mod: use the top folder of a Go module`);
  return { folder: resolve(folder), ...(version === undefined ? {} : { version }) };
}

function read(): Catalogue {
  return expandedCatalogue(JSON.parse(readFileSync(FILE, "utf8")) as Catalogue);
}

function write(kind: string, entry: CatalogueEntry): void {
  const entries = Object.entries({ ...read(), [kind]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeAtomically(FILE, `${JSON.stringify(compact(Object.fromEntries(entries)), undefined, 2)}\n`);
}

function programOf(kind: string): Program {
  const found = programs.find((program) => program.kind === kind);
  if (found) return found;
  throw new UserError(`unknown kind "${kind}": use ${programs.map((each) => each.kind).join(", ")}`);
}

/** Runs a program. The names are valid for the version that ran, until the sources of the release are known. */
async function observed(kind: string, observe: Observe, log: Log): Promise<CatalogueEntry> {
  const { version, path } = await archiveOf(kind, log);
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-catalogue-"));
  try {
    const [home, work] = [join(folder, "home"), join(folder, "work")];
    for (const made of [home, work]) mkdirSync(made);
    await unpack(path, home, kind);
    return { version, observedVersion: version, ...(await observe(home, work, log)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The number of metrics, such as `120 observed and 30 possible metrics`. */
function countOf(entry: CatalogueEntry): string {
  const lists = [entry, ...Object.values(entry.collectors ?? {})];
  const observed = new Set(lists.flatMap((names) => names.observed));
  const possible = new Set(lists.flatMap(({ possible = [], added = [] }) => [...possible, ...added]));
  return `${observed.size} observed and ${possible.size} possible metrics`;
}

if (require.main === module) {
  main(catalogue);
}
