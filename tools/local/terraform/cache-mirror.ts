import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { run, type Log } from "../../cli/process";
import { cacheFolder } from "../../cli/project";
import { UserError } from "../../cli/user-error";
import { makeWorkFolder } from "../files";
import { withLock } from "../../cli/lock";
import { build, download, type GoModule } from "../source/go";
import { cacheMirror, holdsProvider, packedPath, unpackedPath, type Place, type Provider } from "./mirrors";
import { type TerraformProduct, type TerraformProgram } from "./program";

export const NULL_SOURCE = "hashicorp/null";

/** The newest null provider on the Go module proxy. It uses protocol 5 and has all features that the stacks use. */
const nullProvider: GoModule = {
  name: "terraform-provider-null",
  module: "github.com/terraform-providers/terraform-provider-null",
  packages: ["."],
  tags: [],
};

/**
 * Adds a provider from an installation, or from a mirror of another registry, to the mirror in the cache. Returns the mirror.
 *
 * @throws UserError if it is in an archive that cannot be extracted
 */
export async function adoptProvider(
  from: Place,
  provider: Provider,
  program: TerraformProgram,
  log: Log,
): Promise<string> {
  await addToMirror(provider, program, log, async (work) => {
    const archive = packedPath(from, provider, program.platform);
    if (existsSync(archive)) await extract(archive, work);
    else linkOrCopy(unpackedPath(from, provider, program.platform), work);
  });
  return cacheMirror();
}

function linkOrCopy(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    try {
      linkSync(realpathSync(join(from, name)), join(to, name));
    } catch {
      // The cache is on another file system, or the file system has no hard links.
      copyFileSync(join(from, name), join(to, name));
    }
  }
}

async function extract(archive: string, folder: string): Promise<void> {
  // Python is present on every controller. Its module zipfile sets no modes, but a provider must be executable.
  const script =
    "import os, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); [os.chmod(z.extract(n, sys.argv[2]), 0o755) for n in z.namelist()]";
  const { code, stderr } = await run("python3", ["-c", script, archive, folder]);
  if (code !== 0) throw new UserError(`cannot extract ${archive}: ${stderr.trim()}`);
}

/** Builds the null provider into the mirror in the cache, with the version of the bindings. Returns the mirror. */
export async function buildNullProvider(provider: Provider, program: TerraformProgram, log: Log): Promise<string> {
  const { product, platform } = program;
  await addToMirror(provider, program, log, async (work) => {
    log(`${provider.source} ${provider.version} is not on this machine: building it from source`);
    try {
      const module = await download(nullProvider, log);
      await build(nullProvider, { directory: work, platform, linkerFlags: [] }, log);
      // "x5" is the version of the plugin protocol.
      renameSync(join(work, nullProvider.name), join(work, `${nullProvider.name}_v${provider.version}_x5`));
      copyFileSync(join(module.directory, "LICENSE"), join(work, "LICENSE.txt"));
    } catch (error) {
      throw error instanceof UserError ? unavailable(error, provider, product) : error;
    }
  });
  return cacheMirror();
}

/** Adds a provider to the mirror in the cache in one step, unless it is present. `fill` fills the provider's folder. */
async function addToMirror(
  provider: Provider,
  { product, platform }: TerraformProgram,
  log: Log,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const home = cacheFolder("terraform");
  const place = { root: cacheMirror(), registry: product.registry };
  await withLock(join(home, ".lock"), log, async () => {
    if (holdsProvider(place, provider, platform)) {
      return;
    }
    const target = unpackedPath(place, provider, platform);
    const work = makeWorkFolder(home);
    try {
      await fill(work);
      mkdirSync(dirname(target), { recursive: true });
      rmSync(target, { recursive: true, force: true });
      renameSync(work, target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

function unavailable(
  error: UserError,
  { source, version }: Provider,
  { registry, program }: TerraformProduct,
): UserError {
  return new UserError(
    `${registry} is unreachable, ${source} ${version} is in no mirror on this machine, and building it failed: ` +
      `${error.message}\nOr set CDKTF_MONITORING_PROVIDER_MIRROR to a folder made by "${program} providers mirror".`,
  );
}
