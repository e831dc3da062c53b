import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACCESS_FILE, accessDocument } from "../../lib/access/access-document";
import { IMonitoring } from "../contracts";

/**
 * Writes the access graph of a monitoring as a document for reviewers.
 *
 * @param folder folder of the Terraform JSON of the stack
 * @param prefix prefix of the file name, for a second monitoring in a stack
 */
export function writeAccess(monitoring: IMonitoring, folder: string, prefix: string): void {
  const document = accessDocument(`Access to ${monitoring.node.path}`, {
    placements: monitoring._listening,
    edges: monitoring.accessGraph,
  });
  writeFileSync(join(folder, `${prefix}${ACCESS_FILE}`), document);
}
