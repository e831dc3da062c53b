import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";

/** Root folder of this package, for both the sources and the compiled code. */
export const packageRoot: string = findUpwards(__dirname, join("playbooks", "artifacts.json"));

/** Folder of the playbooks in this package. */
export const playbooksDirectory: string = join(packageRoot, "playbooks");

/** Returns what is wrong with the path of a file on the controller, or undefined. */
export function pathProblem(path: string): string | undefined {
  if (path !== "" && !/[\p{Cc}"]/u.test(path)) return undefined;
  return `"${path}" is not the path of a file: it is empty, or contains a quote or a control character`;
}

/** Replaces a leading `~` with the home folder of the user, as shells do. */
export function expandHome(path: string): string {
  // With an empty HOME, homedir() returns an empty path.
  return path === "~" || path.startsWith("~/") ? join(homedir() || userInfo().homedir, path.slice(1)) : path;
}

function findUpwards(start: string, marker: string): string {
  let directory = start;
  while (!existsSync(join(directory, marker))) {
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error(
        `${marker} is missing in ${start} and its parent folders: the package is incomplete, install it again`,
      );
    directory = parent;
  }
  return directory;
}
