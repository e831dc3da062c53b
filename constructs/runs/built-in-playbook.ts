import { contentHash } from "../../lib/inventory/content-hash";
import { playbooksDirectory } from "../../lib/paths";

/** Documentation does not belong to a run, so that a changed README does not repeat the run. */
const DOCUMENTATION = ["README.md"];

/**
 * Returns the hash of the files of a built-in run: its playbook, its roles, the modules of the project, and the list of flags.
 *
 * @param playbook name of the playbook's file
 * @param roles folders of the roles, relative to the playbooks
 */
export function builtInContent(playbook: string, roles: readonly string[]): string {
  return contentHash(playbooksDirectory, [playbook, "flags.json", "plugins/modules", ...roles], DOCUMENTATION);
}
