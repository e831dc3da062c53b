import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyProject } from "./project-copy";

/** A package that `npm pack` wrote. */
export interface Packed {
  /** Path of the archive. */
  readonly archive: string;
  /** Paths of the files in the package. */
  readonly files: readonly string[];
}

/**
 * Packs the package in a folder.
 *
 * @param destination folder for the archive
 */
export function npmPack(folder: string, destination: string): Packed {
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", destination], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [packed] = JSON.parse(output) as { readonly filename: string; readonly files: { readonly path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack in ${folder} wrote no package`);
  return { archive: join(destination, packed.filename), files: packed.files.map(({ path }) => path) };
}

/**
 * Packs this project. Builds it in a copy, because others may be packing the clone at the same time.
 *
 * @param destination folder for the archive
 */
export function packProject(destination: string): Packed {
  const copy = mkdtempSync(join(tmpdir(), "cdktf-monitoring-pack-"));
  try {
    copyProject(copy);
    return npmPack(copy, destination);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
