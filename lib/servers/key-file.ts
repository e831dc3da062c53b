import { statSync } from "node:fs";
import { resolve } from "node:path";
import { expandHome } from "../paths";

/** Returns what is wrong with a private key file on this machine, or undefined. SSH would report it only during the deploy. */
export function keyFileProblem(keyFile: string): string | undefined {
  const path = resolve(expandHome(keyFile));
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    return `keyFile: the file ${path} does not exist: correct the path, or remove keyFile to use the keys of the SSH agent`;
  }
  const mode = found.mode & 0o777;
  // SSH also checks the mode only of files that belong to its user.
  if (found.uid !== process.getuid?.() || (mode & 0o077) === 0) return undefined;
  return `keyFile: other users may read ${path} (mode ${mode.toString(8)}), so SSH rejects the key: run chmod 600 ${path}`;
}
