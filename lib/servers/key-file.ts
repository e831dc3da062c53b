import { statSync } from "node:fs";
import { resolve } from "node:path";
import { expandHome } from "../paths";

/** The first problem with a private key's file on this machine, or undefined; what SSH would refuse much later. */
export function keyFileProblem(keyFile: string): string | undefined {
  const path = resolve(expandHome(keyFile));
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    return `keyFile: there is no file ${path}: correct the path, or leave it out to use the SSH agent's keys`;
  }
  const mode = found.mode & 0o777;
  // SSH is as strict: with files of its own user only.
  if (found.uid !== process.getuid?.() || (mode & 0o077) === 0) return undefined;
  return `keyFile: others may read ${path} (its mode is ${mode.toString(8)}), and SSH refuses such a key: chmod 600 ${path}`;
}
