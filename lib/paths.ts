import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The folder of this package, whether it runs from its sources or compiled. */
export const packageRoot: string = findUpwards(__dirname, join("playbooks", "artifacts.json"));

/** The playbooks that ship with this package. */
export const playbooksDirectory: string = join(packageRoot, "playbooks");

/** A path with the user's home folder for a leading `~`, as shells do. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}

function findUpwards(start: string, marker: string): string {
  let directory = start;
  while (!existsSync(join(directory, marker))) {
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error(`no ${marker} in ${start} or above it: the package is incomplete, install it again`);
    directory = parent;
  }
  return directory;
}
