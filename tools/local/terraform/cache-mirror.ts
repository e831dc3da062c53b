import { copyFileSync, linkSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Log } from "../../cli/process";
import { cacheFolder } from "../../cli/project";
import { UserError } from "../../cli/user-error";
import { makeWorkFolder } from "../files";
import { withLock } from "../../cli/lock";
import { build, download, type GoModule, type Platform } from "../source/go";
import { cacheMirror, holdsProvider, platformFolder, REGISTRY, type Provider } from "./mirrors";

export const NULL_SOURCE = "hashicorp/null";

/** The newest null provider on the Go module proxy. It uses protocol 5 and has all features that the stacks use. */
const nullProvider: GoModule = {
  name: "terraform-provider-null",
  module: "github.com/terraform-providers/terraform-provider-null",
  packages: ["."],
  tags: [],
};

/** Links or copies a provider from an installation of Terraform to the mirror in the cache. Returns the mirror. */
export async function adoptProvider(root: string, provider: Provider, platform: Platform, log: Log): Promise<string> {
  await addToMirror(provider, platform, log, (work) => {
    const from = join(root, REGISTRY, provider.source, provider.version, platformFolder(platform));
    for (const name of readdirSync(from)) {
      try {
        linkSync(realpathSync(join(from, name)), join(work, name));
      } catch {
        // The cache is on another file system, or the file system has no hard links.
        copyFileSync(join(from, name), join(work, name));
      }
    }
    return Promise.resolve();
  });
  return cacheMirror();
}

/** Builds the null provider into the mirror in the cache, with the version of the bindings. Returns the mirror. */
export async function buildNullProvider(provider: Provider, platform: Platform, log: Log): Promise<string> {
  await addToMirror(provider, platform, log, async (work) => {
    log(`${provider.source} ${provider.version} is not on this machine: building it from source`);
    try {
      const module = await download(nullProvider, log);
      await build(nullProvider, { directory: work, platform, linkerFlags: [] }, log);
      // "x5" is the version of the plugin protocol.
      renameSync(join(work, nullProvider.name), join(work, `${nullProvider.name}_v${provider.version}_x5`));
      copyFileSync(join(module.directory, "LICENSE"), join(work, "LICENSE.txt"));
    } catch (error) {
      throw error instanceof UserError ? unavailable(error, provider) : error;
    }
  });
  return cacheMirror();
}

/** Adds a provider to the mirror in the cache in one step, unless it is present. `fill` fills the provider's folder. */
async function addToMirror(
  provider: Provider,
  platform: Platform,
  log: Log,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const home = cacheFolder("terraform");
  await withLock(join(home, ".lock"), log, async () => {
    if (holdsProvider(cacheMirror(), provider, platform)) {
      return;
    }
    const target = join(cacheMirror(), REGISTRY, provider.source, provider.version, platformFolder(platform));
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

function unavailable(error: UserError, { source, version }: Provider): UserError {
  return new UserError(
    `${REGISTRY} is unreachable, ${source} ${version} is in no mirror on this machine, and building it failed: ` +
      `${error.message}\nOr set CDKTF_MONITORING_PROVIDER_MIRROR to a folder made by "terraform providers mirror".`,
  );
}
