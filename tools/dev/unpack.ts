import { chmodSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "../cli/process";
import { UserError } from "../cli/user-error";
import { sources } from "../local/source";

/**
 * Extracts a release archive into an empty folder, without the top folder of the archive.
 *
 * @param program name of the release. A zip archive contains only one program, named after its platform, which gets this name
 * @param patterns tar patterns of the files to extract. @default - all files
 * @throws UserError if the archive cannot be extracted
 */
export async function unpack(
  archive: string,
  folder: string,
  program: string,
  patterns: readonly string[] = [],
): Promise<void> {
  const zipped = archive.endsWith(".zip");
  const folders = sources.find(({ name }) => name === program)?.flat ? 0 : 1;
  const { code, stderr } = zipped
    ? await run("python3", ["-m", "zipfile", "--extract", archive, folder])
    : await run("tar", ["-xzf", archive, "-C", folder, `--strip-components=${folders}`, "--wildcards", ...patterns]);
  if (code !== 0) throw new UserError(`cannot extract ${program} from ${archive}: ${stderr.trim()}`);
  const [found] = zipped ? readdirSync(folder) : [];
  if (found === undefined) return;
  renameSync(join(folder, found), join(folder, program));
  chmodSync(join(folder, program), 0o755);
}
