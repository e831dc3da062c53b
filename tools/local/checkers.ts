import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { archiveOf } from "./artifacts";
import { cacheDirectory, Log, makeWorkFolder, run, RunResult, UserError, withLock } from "../cli/common";

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
      const { code, stderr } = await unpack(path, work, program);
      if (code !== 0) throw new UserError(`${program} can't be taken out of ${path}: ${stderr.trim()}`);
      const [found = program] = readdirSync(work);
      chmodSync(join(work, found), 0o755);
      renameSync(join(work, found), file);
      return file;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** Takes a program out of an archive. A zip holds one program only, named after its platform. */
async function unpack(archive: string, folder: string, program: string): Promise<RunResult> {
  return archive.endsWith(".zip")
    ? run("python3", ["-m", "zipfile", "--extract", archive, folder])
    : run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1", "--wildcards", `*/${program}`]);
}
