import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { withLock } from "../../tools/cli/lock";
import { cacheFolder } from "../../tools/cli/project";
import { makeWorkFolder } from "../../tools/local/files";
import { build, buildKey, download, type GoModule, thisPlatform } from "../../tools/local/source/go";

/** Builds the first program of a Go module for this machine, unless it is in the cache, and returns its path. */
export async function goProgram(module: GoModule): Promise<string> {
  // Each module has a folder of its own, because a build removes the work of others in its folder.
  const folder = cacheFolder(join("checkers", module.name));
  const file = join(folder, buildKey(module, thisPlatform()).slice(0, 16));
  const log = (): void => undefined;
  return withLock(join(folder, ".lock"), log, async () => {
    if (existsSync(file)) return file;
    const work = makeWorkFolder(folder);
    try {
      await download(module, log);
      await build(module, { directory: work, platform: thisPlatform(), linkerFlags: [] }, log);
      renameSync(join(work, basename(module.packages[0] ?? "")), file);
      return file;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}
