import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { withLock } from "../../tools/cli/lock";
import { cacheFolder } from "../../tools/cli/project";
import { makeWorkFolder } from "../../tools/local/files";
import { build, buildKey, download, type GoModule, thisPlatform } from "../../tools/local/source/go";

/**
 * Builds the first program of a Go module for this machine, unless it is in the cache.
 *
 * @param linkerFlags further flags of the linker; the program in the cache is not rebuilt when they change
 * @returns the path of the program
 */
export async function goProgram(module: GoModule, linkerFlags: readonly string[] = []): Promise<string> {
  const folder = cacheFolder("checkers");
  const file = join(folder, `${module.name}-${buildKey(module, thisPlatform()).slice(0, 16)}`);
  const log = (): void => undefined;
  return withLock(join(folder, `.lock-${module.name}`), log, async () => {
    if (existsSync(file)) return file;
    const work = makeWorkFolder(folder);
    try {
      await download(module, log);
      await build(module, { directory: work, platform: thisPlatform(), linkerFlags }, log);
      renameSync(join(work, basename(module.packages[0] ?? "")), file);
      return file;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}
