import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../cli/user-error";
import { npmPack, packProject, type Packed } from "../npm-pack";
import { cdktnManifest } from "./manifest";
import { leftovers, type Rename, renamed, RENAMES } from "./renames";

/**
 * Packs `cdktn-monitoring`: the files of the package for cdktf, with the names of cdktn.
 *
 * @param destination folder for the archive
 * @throws UserError if a file still names cdktf, or if an entry of the table of renames changes nothing
 */
export function packCdktn(destination: string): Packed {
  const work = mkdtempSync(join(tmpdir(), "cdktn-monitoring-"));
  try {
    const { archive, files } = packProject(work);
    execFileSync("tar", ["-xzf", archive, "-C", work]);
    const folder = join(work, "package");
    const used = new Set<Rename>();
    const left = files.flatMap((file) => renameFile(folder, file, used));
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(cdktnManifest(), undefined, 2)}\n`);
    if (left.length > 0) {
      throw new UserError(
        `these lines still name cdktf: add a rename to tools/dev/cdktn/renames.ts\n${left.join("\n")}`,
      );
    }
    const unused = RENAMES.filter((rename) => !used.has(rename));
    if (unused.length > 0) {
      const reasons = unused.map(({ from, reason }) => `${String(from)} (${reason})`);
      throw new UserError(
        `these renames change nothing: remove them from tools/dev/cdktn/renames.ts\n${reasons.join("\n")}`,
      );
    }
    return npmPack(folder, destination);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Renames in a file, and returns the lines that still name cdktf. */
function renameFile(folder: string, file: string, used: Set<Rename>): string[] {
  // Pictures are the only files that are not text, and no pattern matches their names.
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  const after = renamed(file, before, used);
  if (after !== before) writeFileSync(path, after);
  return leftovers(file, after);
}
