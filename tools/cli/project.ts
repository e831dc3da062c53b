import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { contract } from "../../lib/contract";
import { expandHome, packageRoot } from "../../lib/paths";
import { UserError } from "./user-error";

/** Whether this program runs from the sources of a clone. False in an installed package. */
export const inClone: boolean = dirname(dirname(__dirname)) === packageRoot;

/** The user's project: the clone, or in an installed package the current folder. */
export const projectRoot: string = inClone ? packageRoot : process.cwd();

/** The project's private folder, which git ignores. */
export const privateDirectory: string = join(projectRoot, contract.privateDirectory);

/**
 * The cache that all stacks share: `$CDKTF_MONITORING_CACHE`, else `$XDG_CACHE_HOME/cdktf-monitoring`, else
 * `~/.cache/cdktf-monitoring`. The folder may not exist yet. `playbooks/controller/cache.py` follows the same rule.
 */
export function cacheDirectory(): string {
  const { variable, directory } = contract.cache;
  const configured = process.env[variable];
  if (configured) {
    return resolve(expandHome(configured));
  }
  // The XDG specification treats an empty variable as unset.
  const base = process.env.XDG_CACHE_HOME;
  return join(base ? resolve(expandHome(base)) : expandHome("~/.cache"), directory);
}

/**
 * Creates a folder in the cache.
 *
 * @throws UserError if this user may not write to it
 */
export function cacheFolder(name: string): string {
  const folder = join(cacheDirectory(), name);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { variable } = contract.cache;
    const reason = error instanceof Error ? error.message.replace(/,.*/, "") : String(error);
    throw new UserError(
      `cannot write to the cache folder ${folder} (${reason}): set ${variable} to a folder that you may write to`,
    );
  }
  return folder;
}
