import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { cacheDirectory, cacheFolder } from "../cli/project";
import { makeWorkFolder, sha256File } from "./files";
import { UserError } from "../cli/user-error";
import { withLock } from "../cli/lock";
import { writeAtomically } from "../cli/files";
import type { Log } from "../cli/process";
import { pack } from "./source/archive";
import { contents, type Contents } from "./source/contents";
import { build, buildKey, download, thisPlatform, type DownloadedModule, type GoModule } from "./source/go";
import { moduleVersion, stampFlags } from "./source/version";
import { generateWiring } from "./source/wire";
import { zip } from "./source/zip";

/** A Go module whose programs are built from source, and the contents of its archive. */
export interface Source extends GoModule, Contents {}

/** All modules of the channel `source`. */
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
    // Without "builtinassets", because the module does not contain the built web UI. The API is complete.
    tags: ["netgo"],
    files: ["LICENSE", "NOTICE", "documentation/examples/prometheus.yml"],
  },
  {
    name: "alertmanager",
    // Older than the release, because newer modules do not contain the built web UI that they embed.
    module: "github.com/prometheus/alertmanager",
    packages: ["cmd/alertmanager", "cmd/amtool"],
    tags: ["netgo"],
    files: ["LICENSE", "NOTICE", "examples/ha/alertmanager.yml"],
  },
  {
    name: "grafana",
    // Years older than the release, because no newer module exists. Server and API only, as with Prometheus.
    // Its dependencies on github.com/{grafana,sdboyer,spinillos} and buf.build are in no checksum database. To change
    // its go.mod, list them in GONOSUMDB.
    module: "github.com/grafana/grafana",
    packages: ["pkg/cmd/grafana"],
    // Without the name and user lookups of the C library, which a static program cannot use.
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
    // From Loki 3.6, because 3.7 does not contain Promtail.
    module: "github.com/grafana/loki/v3",
    packages: ["clients/cmd/promtail"],
    tags: ["promtail_journal_enabled"],
    library: { name: "libsystemd", header: "/usr/include/systemd/sd-journal.h", package: "libsystemd-dev" },
    zip: true,
    files: [],
  },
  {
    name: "caddy",
    module: "github.com/caddyserver/caddy/v2",
    packages: ["cmd/caddy"],
    // Without the storage drivers of its own certificate authority, as upstream builds its releases.
    tags: ["nobadger", "nomysql", "nopgx"],
    flat: true,
    files: ["LICENSE", "README.md"],
  },
];

/** An archive of the channel `source` in its manifest. */
export interface SourceArchive {
  readonly version: string;
  /** SHA-256 by architecture. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Name of the archive, in the folder of the manifest. */
  readonly file: string;
  /** Digest of its inputs: see {@link buildKey}. */
  readonly inputs: string;
}

/** The `manifest.json` of the channel `source`, by program. */
export type SourceManifest = Readonly<Record<string, SourceArchive>>;

/** The names of {@link sources}. */
export const sourceNames: readonly string[] = sources.map((source) => source.name);

/** The folder of the archives that were built from source, and of their manifest. Value for `CDKTF_MONITORING_SOURCE`. */
export function sourceDirectory(): string {
  return join(cacheDirectory(), "source");
}

/**
 * Builds programs from their Go modules, for Linux on the architecture of this machine, and packs them as upstream does.
 * Keeps archives that are up to date.
 *
 * @returns the folder of the archives and their manifest, for `CDKTF_MONITORING_SOURCE`
 * @throws UserError if a name is unknown, Go is missing or too old, or a build fails
 */
export async function buildSources(names: readonly string[], log: Log): Promise<string> {
  const wanted = names.map((name) => {
    const source = sources.find((candidate) => candidate.name === name);
    if (!source) {
      throw new UserError(`unknown program "${name}": use ${sourceNames.join(", ")}`);
    }
    return source;
  });
  const directory = sourceDirectory();
  if ((await missing(directory, wanted, log)).length > 0) {
    cacheFolder("source");
    await withLock(join(directory, ".lock"), log, async () => {
      // The previous holder of the lock may have built them.
      for (const source of await missing(directory, wanted, () => undefined)) {
        const archive = await buildArchive(directory, source, log);
        const manifest: SourceManifest = { ...readManifest(directory), [source.name]: archive };
        writeAtomically(join(directory, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
      }
    });
  }
  return directory;
}

/** The manifest of a folder. Empty if it is missing or invalid. */
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

/** The name of an archive, as upstream names it. */
export function archiveName(
  { name, zip = false, flat = false }: Pick<Source, "name" | "zip" | "flat">,
  version: string,
  architecture: string,
): string {
  if (flat) return `${name}_${version}_linux_${architecture}.tar.gz`;
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
  log(
    `${source.name}: begins to build from source, under the license ${licenseOf(source)} (docs/reference/licenses.md)`,
  );
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

/** The SPDX identifier of a program's license, such as `AGPL-3.0-only`. */
function licenseOf({ name }: Source): string {
  const pins = JSON.parse(readFileSync(join(playbooksDirectory, "artifacts.json"), "utf8")) as Readonly<
    Record<string, { readonly license: string } | undefined>
  >;
  const { license } = pins[name] ?? {};
  if (license === undefined) throw new Error(`playbooks/artifacts.json has no license of ${name}`);
  return license;
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
  // Only in Grafana's archives, the name of the top folder does not contain the platform.
  const folder = source.tree ? `${source.name}-${version}` : basename(archive, ".tar.gz");
  const top = source.flat ? undefined : folder;
  return pack(archive, top, entries, time.getTime() / 1000);
}

/** The platform of the servers, which run Linux. */
function serverPlatform() {
  return { os: "linux", architecture: thisPlatform().architecture };
}

function makeFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  return folder;
}
