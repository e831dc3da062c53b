import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

const IGNORED = new Set(["__pycache__", ".DS_Store", ".git"]);

/**
 * Returns the SHA-256 of the paths, executable bits and bytes of files.
 *
 * The paths are relative to `root` and sorted, so that the hash is the same on every machine. Other permission bits are
 * left out, because they depend on the umask of the checkout.
 *
 * @param entries files and folders; all files below a folder are included
 * @param skipped names of files to leave out, such as documentation
 */
export function contentHash(root: string, entries: readonly string[], skipped: readonly string[] = []): string {
  const hash = createHash("sha256");
  const found = entries.flatMap((entry) => filesBelow(root, entry));
  const files = [...new Set(found)].filter((file) => !skipped.includes(basename(file))).sort();
  for (const file of files) {
    const path = join(root, file);
    const executable = (statSync(path).mode & 0o111) !== 0;
    const bytes = readFileSync(path);
    hash.update(`${file}\0${executable ? "x" : "-"}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

function filesBelow(root: string, entry: string): string[] {
  if (!statSync(join(root, entry)).isDirectory()) return [entry];
  return readdirSync(join(root, entry))
    .filter((name) => !IGNORED.has(name))
    .flatMap((name) => filesBelow(root, entry === "." ? name : `${entry}/${name}`));
}
