import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const IGNORED = new Set(["__pycache__", ".DS_Store", ".git"]);

/**
 * SHA-256 over the paths, executable bits and bytes of `entries` (files, or folders with all that is in them).
 *
 * Paths count as they stand below `root`, in sorted order, so that the hash is the same on every machine, and a rename
 * changes it. Of the mode only the executable bit counts: the others depend on the umask of whoever checked out.
 */
export function contentHash(root: string, entries: readonly string[]): string {
  const hash = createHash("sha256");
  const files = [...new Set(entries.flatMap((entry) => filesBelow(root, entry)))].sort();
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
