import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../cli/project";
import { copyProject, linkEntries } from "../project-copy";
import { renamed } from "./renames";

/** The tool that renames, which is not renamed. */
const TABLE = "tools/dev/cdktn/";
/** Modules that the copy takes from the folder with cdktn, or does not have. */
const REPLACED = ["@cdktf", "@cdktn", "cdktf", "cdktf-cli", "cdktn", "constructs"];

/**
 * Copies the project with its current changes, and replaces cdktf by cdktn in the copy.
 *
 * @param directory folder for the copy
 * @param cdktn folder whose `node_modules` contains cdktn
 */
export function copyForCdktn(directory: string, cdktn: string): void {
  for (const file of copyProject(directory).filter((name) => !name.startsWith(TABLE))) {
    const path = join(directory, file);
    // Pictures are not text, and no rename applies to them.
    const before = readFileSync(path, "utf8");
    const after = renamed(file, before);
    if (after !== before) writeFileSync(path, after);
  }
  linkModules(join(directory, "node_modules"), join(cdktn, "node_modules"));
}

/** Replaces the link to the node modules by a folder with a link to each module, and with cdktn in place of cdktf. */
function linkModules(folder: string, cdktn: string): void {
  rmSync(folder);
  linkEntries(join(projectRoot, "node_modules"), folder, [...REPLACED, ".cache"]);
  for (const name of ["@cdktn", "cdktn", "constructs"]) symlinkSync(join(cdktn, name), join(folder, name));
}
