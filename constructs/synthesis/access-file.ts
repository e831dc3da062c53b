import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACCESS_FILE, accessDocument } from "../../lib/access/access-document";
import type { Monitoring } from "../monitoring";

/**
 * Writes a monitoring's access graph for people.
 *
 * @param folder where its stack's Terraform JSON is
 * @param prefix what the file's name begins with, for a second monitoring in a stack
 */
export function writeAccess(monitoring: Monitoring, folder: string, prefix: string): void {
  const document = accessDocument(`Access to ${monitoring.node.path}`, {
    placements: monitoring._listening,
    edges: monitoring.accessGraph,
  });
  writeFileSync(join(folder, `${prefix}${ACCESS_FILE}`), document);
}
