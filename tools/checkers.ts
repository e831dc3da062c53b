import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { archiveOf } from "./artifacts";
import { cacheDirectory, Log, makeWorkFolder, run, UserError, withLock } from "./common";

/**
 * Takes a program that checks a component's files, such as promtool, out of the component's archive.
 *
 * Throws a {@link UserError} where the archive is not on this machine and cannot be fetched.
 *
 * @returns the program's path
 */
export async function ensureChecker(program: string, artifact: string, log: Log): Promise<string> {
  const { version, path } = await archiveOf(artifact, log);
  const folder = join(cacheDirectory(), "checkers");
  const file = join(folder, `${program}-${version}`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  return withLock(join(folder, ".lock"), log, async () => {
    const work = makeWorkFolder(folder);
    try {
      const unpacking = ["-xzf", path, "-C", work, "--strip-components=1", "--wildcards", `*/${program}`];
      const { code, stderr } = await run("tar", unpacking);
      if (code !== 0) throw new UserError(`${program} can't be taken out of ${path}: ${stderr.trim()}`);
      renameSync(join(work, program), file);
      return file;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}
