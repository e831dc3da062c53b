import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Catalogue, CatalogueEntry } from "../../lib/metrics/catalogue";
import { archiveOf } from "../local/artifacts";
import { mergeEntries } from "./catalogue/merge";
import type { Program } from "./catalogue/program";
import { programs } from "./catalogue/programs";
import { unpack } from "./unpack";
import { main, usage } from "../cli/command";
import { projectRoot } from "../cli/project";
import { type Log } from "../cli/process";
import { UserError } from "../cli/user-error";
import { writeAtomically } from "../cli/files";
import { ensureEngine } from "../local/engine";

const HELP = `Usage: ${usage("catalogue", "[<kind>…]")}

Runs the real programs on this machine and writes the names of their metrics to lib/metrics/catalogue.json. Kinds:
${programs.map(({ kind }) => kind).join(", ")}. Without <kind>, runs all of them.

Metrics that another machine found for the same version are kept, because metrics depend on hardware. If Docker and the
image of the local servers are available ("npm run up" builds it), node exporter also runs in a container. If Go is
available, it also runs with the kernel files of its own tests. If a program is unavailable, its entry is kept and the
exit status is 1.

  -h, --help   print this help`;

const FILE = join(projectRoot, "lib", "metrics", "catalogue.json");

async function catalogue(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const wanted = positionals.length > 0 ? positionals.map(programOf) : programs;
  const failed: string[] = [];
  // For node exporter in a container. Without an engine, it logs which metrics are missing.
  const engine = await ensureEngine(() => undefined).catch(() => undefined);
  if (engine?.dockerHost !== undefined) process.env.DOCKER_HOST = engine.dockerHost;
  for (const program of wanted) {
    try {
      const entry = record(program.kind, await observe(program, console.log));
      console.log(`${program.kind} ${entry.version}: ${countOf(entry)}`);
    } catch (error) {
      failed.push(program.kind);
      console.error(`${program.kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failed.length > 0)
    throw new UserError(`kept the old entries of ${failed.join(", ")}, because these programs failed`);
}

/** Adds the observed metrics of a kind to the catalogue. Returns the new entry. */
function record(kind: string, observed: CatalogueEntry): CatalogueEntry {
  const before = JSON.parse(readFileSync(FILE, "utf8")) as Catalogue;
  const entry = mergeEntries(before[kind], observed);
  const entries = Object.entries({ ...before, [kind]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeAtomically(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  return entry;
}

function programOf(kind: string): Program {
  const found = programs.find((program) => program.kind === kind);
  if (found) return found;
  throw new UserError(`unknown kind "${kind}": use ${programs.map((each) => each.kind).join(", ")}`);
}

async function observe(program: Program, log: Log): Promise<CatalogueEntry> {
  const { version, path } = await archiveOf(program.kind, log);
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-catalogue-"));
  try {
    const [home, work] = [join(folder, "home"), join(folder, "work")];
    for (const made of [home, work]) mkdirSync(made);
    await unpack(path, home, program.kind);
    return { version, ...(await program.observe(home, work, log)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The number of metrics, such as `120 observed and 30 possible metrics`. */
function countOf(entry: CatalogueEntry): string {
  const lists = [entry, ...Object.values(entry.collectors ?? {})];
  const observed = new Set(lists.flatMap((names) => names.observed));
  const possible = new Set(lists.flatMap((names) => names.possible ?? []));
  return `${observed.size} observed and ${possible.size} possible metrics`;
}

if (require.main === module) {
  main(catalogue);
}
