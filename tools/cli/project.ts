import { dirname, join, resolve } from "node:path";
import { contract } from "../../lib/contract";
import { expandHome, packageRoot } from "../../lib/paths";

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
