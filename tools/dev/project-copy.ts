import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "../cli/project";

/**
 * Copies the project as a fresh clone with the current changes: all files that git does not ignore. The node modules are a
 * link to those of this project.
 *
 * @param directory folder for the copy
 * @returns paths of the files
 */
export function copyProject(directory: string): string[] {
  const output = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  const files = output.split("\0").filter((name) => name !== "" && existsSync(join(projectRoot, name)));
  for (const file of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    // With modification times, by which tools/launch.mjs decides whether the node modules match the lock file.
    cpSync(join(projectRoot, file), join(directory, file), { preserveTimestamps: true });
  }
  symlinkSync(join(projectRoot, "node_modules"), join(directory, "node_modules"));
  return files;
}

/**
 * Creates a folder with a link to each entry of another folder, except some: for a copy of the project in which some node modules
 * are others.
 *
 * @param folder folder to create
 */
export function linkEntries(from: string, folder: string, except: readonly string[]): void {
  mkdirSync(folder);
  for (const name of readdirSync(from).filter((each) => !except.includes(each)))
    symlinkSync(join(from, name), join(folder, name));
}
