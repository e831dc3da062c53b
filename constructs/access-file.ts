import { TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACCESS_FILE, accessDocument } from "../lib/access-document";
import type { Monitoring } from "./monitoring";

/**
 * Has each synthesis write a monitoring's access graph for people, beside its stack's Terraform JSON.
 *
 * @param prefix what the file's name begins with, for a second monitoring in a stack
 */
export function writeAccess(monitoring: Monitoring, prefix: string): void {
  addCustomSynthesis(monitoring, {
    onSynthesize: ({ outdir, manifest }) => {
      const { workingDirectory } = manifest.forStack(TerraformStack.of(monitoring));
      const document = accessDocument(`Access to ${monitoring.node.path}`, {
        placements: monitoring.listening,
        edges: monitoring.accessGraph,
      });
      writeFileSync(join(outdir, workingDirectory, `${prefix}${ACCESS_FILE}`), document);
    },
  });
}
