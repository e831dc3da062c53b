import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Catalogue, CatalogueEntry } from "../../lib/metrics/catalogue";
import { archiveOf } from "../local/artifacts";
import { merged } from "./catalogue/merge";
import type { Program } from "./catalogue/program";
import { programs } from "./catalogue/programs";
import { main, projectRoot, run, UserError, writeAtomically, type Log } from "../cli/common";
import { ensureEngine } from "../local/engine";

const HELP = `npm run catalogue [-- kinds]: runs the real programs, and writes which metrics they emit to lib/metrics/catalogue.json

  kinds        which of ${programs.map(({ kind }) => kind).join(", ")} (default: all)
  -h, --help   this text

They run on loopback, with temporary data. What a program of the same version was seen to emit before stays, for not
every machine has all hardware. Node exporter is also run on a local server (a container) where there is a Docker
engine and an image of such servers (npm run up makes it), and on the files of its own tests where Go can have its
module. Of a program that is not here the old entry stays; then the exit status is 1.`;

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
  // Node exporter also runs in a container; without an engine it says what is missing.
  const engine = await ensureEngine(() => undefined).catch(() => undefined);
  if (engine?.dockerHost !== undefined) process.env.DOCKER_HOST = engine.dockerHost;
  for (const program of wanted) {
    try {
      const seen = await observe(program, console.log);
      const entry = record(program.kind, seen);
      console.log(`${program.kind} ${entry.version}: ${countOf(entry)} metrics`);
    } catch (error) {
      failed.push(program.kind);
      console.error(`${program.kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failed.length > 0) throw new UserError(`the old entries stay of ${failed.join(", ")}`);
}

/** Writes what was seen of a kind to the catalogue. Returns what that has of it now. */
function record(kind: string, seen: CatalogueEntry): CatalogueEntry {
  const before = JSON.parse(readFileSync(FILE, "utf8")) as Catalogue;
  const entry = merged(before[kind], seen);
  const entries = Object.entries({ ...before, [kind]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeAtomically(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  return entry;
}

function programOf(kind: string): Program {
  const found = programs.find((program) => program.kind === kind);
  if (found) return found;
  throw new UserError(
    `"${kind}" is no kind of the catalogue: known are ${programs.map((each) => each.kind).join(", ")}`,
  );
}

async function observe(program: Program, log: Log): Promise<CatalogueEntry> {
  const { version, path } = await archiveOf(program.kind, log);
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-catalogue-"));
  try {
    const [home, work] = [join(folder, "home"), join(folder, "work")];
    for (const made of [home, work]) mkdirSync(made);
    await unpack(program.kind, path, home);
    return { version, ...(await program.observe(home, work, log)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A zip holds one program, named after its platform. */
async function unpack(kind: string, archive: string, home: string): Promise<void> {
  const zipped = archive.endsWith(".zip");
  const { code, stderr } = zipped
    ? await run("python3", ["-m", "zipfile", "--extract", archive, home])
    : await run("tar", ["-xzf", archive, "-C", home, "--strip-components=1"]);
  if (code !== 0) throw new UserError(`${archive} can't be unpacked: ${stderr.trim()}`);
  const [found] = zipped ? readdirSync(home) : [];
  if (found === undefined) return;
  renameSync(join(home, found), join(home, kind));
  chmodSync(join(home, kind), 0o755);
}

function countOf({ metrics, collectors = {} }: CatalogueEntry): number {
  return new Set([...metrics, ...Object.values(collectors).flatMap((collector) => collector.metrics)]).size;
}

if (require.main === module) {
  main(catalogue);
}
