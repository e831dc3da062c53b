import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { privateDirectory } from "./project";
import { UserError } from "./user-error";

/**
 * Creates a folder in the project's private folder, in which git ignores everything, because it contains private keys.
 *
 * @param path path in the private folder. The default is the private folder itself.
 * @throws UserError if the folder cannot be written to
 */
export function ensurePrivateDirectory(path = "", root = privateDirectory): string {
  const folder = join(root, path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ignore = join(root, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  } catch (error) {
    throw new UserError(`cannot write to ${folder} (${String(error)}): run this command as the owner of the project`);
  }
  return folder;
}
