import { contentHash } from "../../lib/inventory/content-hash";
import { playbooksDirectory } from "../../lib/paths";

/** Documentation is not part of a run, so that a change of it repeats none. */
const DOCUMENTATION = ["README.md"];

/**
 * Returns the hash of the files of a built-in run: its playbook, its roles and the modules of the project.
 *
 * @param playbook name of the playbook's file
 * @param roles folders of the roles, relative to the playbooks
 */
export function builtInContent(playbook: string, roles: readonly string[]): string {
  return contentHash(playbooksDirectory, [playbook, "plugins/modules", ...roles], DOCUMENTATION);
}
