import { execFileSync } from "node:child_process";
import { join } from "node:path";

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
