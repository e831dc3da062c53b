import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheDirectory } from "../cli/project";
import { makeWorkFolder, sha256File } from "./files";
import { UserError } from "../cli/user-error";
import { withLock } from "./lock";
import { writeAtomically } from "../cli/files";
import type { Log } from "../cli/process";
import { pack } from "./source/archive";
import { contents, type Contents } from "./source/contents";
import { build, buildKey, download, thisPlatform, type DownloadedModule, type GoModule } from "./source/go";
import { moduleVersion, stampFlags } from "./source/version";
import { generateWiring } from "./source/wire";
import { zip } from "./source/zip";

/** A program of the `source` channel: a Go module, and what goes into the archive beside the programs. */
export interface Source extends GoModule, Contents {}

/** All that can be built from source. */
export const sources: readonly Source[] = [
  {
    name: "node_exporter",
    module: "github.com/prometheus/node_exporter",
    packages: ["."],
    tags: [],
    files: ["LICENSE", "NOTICE"],
  },
  {
    name: "prometheus",
    module: "github.com/prometheus/prometheus",
    packages: ["cmd/prometheus", "cmd/promtool"],
    // Without "builtinassets": the built web UI is in no module. The API is all there.
    tags: ["netgo"],
    files: ["LICENSE", "NOTICE", "documentation/examples/prometheus.yml"],
  },
  {
    name: "alertmanager",
    // An older version than the released one: the modules of newer ones lack the built web UI that they embed.
    module: "github.com/prometheus/alertmanager",
    packages: ["cmd/alertmanager", "cmd/amtool"],
    tags: ["netgo"],
    files: ["LICENSE", "NOTICE", "examples/ha/alertmanager.yml"],
  },
  {
    name: "grafana",
    // Years older than the released one: no newer module of it is to be had. Server and API only, as with Prometheus.
    // What it needs of github.com/{grafana,sdboyer,spinillos} and buf.build is in no checksum database: whoever changes
    // its go.mod names them in GONOSUMDB.
    module: "github.com/grafana/grafana",
    packages: ["pkg/cmd/grafana"],
    // Without the C library's ways to look up names and users, which a static program cannot have.
    tags: ["oss", "netgo", "osusergo", "sqlite_omit_load_extension"],
    wire: "pkg/server",
    cgo: true,
    tree: true,
    files: [
      "LICENSE",
      "NOTICE.md",
      "conf",
      "public/app/plugins",
      "public/dashboards",
      "public/emails",
      "public/img/user_profile.png",
      "public/views",
    ],
  },
  {
    name: "loki",
    module: "github.com/grafana/loki/v3",
    packages: ["cmd/loki"],
    tags: ["netgo"],
    zip: true,
    files: [],
  },
  {
    name: "promtail",
    // Loki 3.7 came without Promtail, whose last releases were made from 3.6.
    module: "github.com/grafana/loki/v3",
    packages: ["clients/cmd/promtail"],
    tags: ["promtail_journal_enabled"],
    library: { name: "libsystemd", header: "/usr/include/systemd/sd-journal.h", package: "libsystemd-dev" },
    zip: true,
    files: [],
  },
];

/** An archive of the `source` channel as its manifest names it. */
export interface SourceArchive {
  readonly version: string;
  /** SHA-256 by architecture. */
  readonly sha256: Readonly<Record<string, string>>;
  /** The archive's name, beside the manifest. */
  readonly file: string;
  /** What it was built from: see {@link buildKey}. */
  readonly inputs: string;
}

/** `manifest.json` of the `source` channel, by program. */
export type SourceManifest = Readonly<Record<string, SourceArchive>>;

/** The names of {@link sources}. */
export const sourceNames: readonly string[] = sources.map((source) => source.name);

/** The folder of the archives built from source, and of their manifest: what `CDKTF_MONITORING_SOURCE` wants. */
export function sourceDirectory(): string {
  return join(cacheDirectory(), "source");
}

/**
 * Builds programs from their Go modules for Linux on this machine's architecture, and packs them as upstream does.
 * What is there and intact stays. Returns the folder of the archives and their manifest, for
 * `CDKTF_MONITORING_SOURCE`. Throws a {@link UserError} for an unknown name, a missing or old Go, a failed build.
 */
export async function buildSources(names: readonly string[], log: Log): Promise<string> {
  const wanted = names.map((name) => {
    const source = sources.find((candidate) => candidate.name === name);
    if (!source) {
      throw new UserError(`"${name}" can't be built from source. Known: ${sourceNames.join(", ")}`);
    }
    return source;
  });
  const directory = sourceDirectory();
  if ((await missing(directory, wanted, log)).length > 0) {
    await withLock(join(directory, ".lock"), log, async () => {
      // Whoever held the lock before may have built them.
      for (const source of await missing(directory, wanted, () => undefined)) {
        const archive = await buildArchive(directory, source, log);
        const manifest: SourceManifest = { ...readManifest(directory), [source.name]: archive };
        writeAtomically(join(directory, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
      }
    });
  }
  return directory;
}

/** The manifest of a folder; empty where there is none that can be read. */
export function readManifest(directory: string): SourceManifest {
  const file = join(directory, "manifest.json");
  if (!existsSync(file)) {
    return {};
  }
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SourceManifest;
  } catch {
    return {};
  }
}

/** The archive's name, as upstream gives it. */
export function archiveName(
  { name, zip = false }: Pick<Source, "name" | "zip">,
  version: string,
  architecture: string,
): string {
  return zip ? `${name}-linux-${architecture}.zip` : `${name}-${version}.linux-${architecture}.tar.gz`;
}

async function missing(directory: string, wanted: readonly Source[], log: Log): Promise<Source[]> {
  const manifest = readManifest(directory);
  const absent: Source[] = [];
  for (const source of wanted) {
    const entry = manifest[source.name];
    if (entry && (await isIntact(directory, source, entry))) {
      log(`${source.name} ${entry.version} (source): present`);
    } else {
      absent.push(source);
    }
  }
  return absent;
}

async function isIntact(directory: string, source: Source, entry: SourceArchive): Promise<boolean> {
  const platform = serverPlatform();
  if (entry.inputs !== buildKey(source, platform)) {
    return false;
  }
  const expected = entry.sha256[platform.architecture];
  return expected !== undefined && expected === (await sha256File(join(directory, entry.file)));
}

async function buildArchive(directory: string, source: Source, log: Log): Promise<SourceArchive> {
  const platform = serverPlatform();
  const module = await download(source, log);
  const version = moduleVersion(module);
  const work = makeWorkFolder(directory);
  try {
    const workspace =
      source.wire === undefined ? undefined : await generateWiring(source, module, makeFolder(work, "module"), log);
    const programs = makeFolder(work, "programs");
    const linkerFlags = stampFlags(source.module, version, module);
    await build(source, { directory: programs, platform, linkerFlags, workspace }, log);
    const file = archiveName(source, version, platform.architecture);
    const sha256 = await packAsUpstream(join(work, file), source, version, programs, module);
    renameSync(join(work, file), join(directory, file));
    log(`${source.name} ${version} (source): packed as ${file}, sha256 ${sha256}`);
    return { version, sha256: { [platform.architecture]: sha256 }, file, inputs: buildKey(source, platform) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function packAsUpstream(
  archive: string,
  source: Source,
  version: string,
  programs: string,
  { directory, time }: DownloadedModule,
): Promise<string> {
  const entries = contents(source, programs, directory);
  const [program] = entries;
  if (source.zip && program) {
    return zip(archive, basename(archive, ".zip"), program.file, time);
  }
  // Grafana's own archives are the only ones whose top folder does not bear the platform's name.
  const top = source.tree ? `${source.name}-${version}` : basename(archive, ".tar.gz");
  return pack(archive, top, entries, time.getTime() / 1000);
}

/** Servers run Linux, whatever builds for them. */
function serverPlatform() {
  return { os: "linux", architecture: thisPlatform().architecture };
}

function makeFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  return folder;
}
