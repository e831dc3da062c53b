import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "../cli/common";

/**
 * Copies the project as a new user has it after cloning: what git knows or would take, with what is not committed yet,
 * and the node modules that are here.
 *
 * @param directory a folder of the copy's own
 */
export function copyProject(directory: string): void {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(projectRoot, name)))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    // With its times, by which the launcher knows whether the node modules are those of the lock file.
    cpSync(join(projectRoot, file), join(directory, file), { preserveTimestamps: true });
  }
  symlinkSync(join(projectRoot, "node_modules"), join(directory, "node_modules"));
}
