import { TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import { Construct } from "constructs";
import { join } from "node:path";

/**
 * Has each synthesis write files beside the Terraform JSON of a construct's stack. A construct can do so once.
 *
 * @param write is called with the folder
 */
export function onSynthesis(construct: Construct, write: (folder: string) => void): void {
  addCustomSynthesis(construct, {
    onSynthesize: ({ outdir, manifest }) => {
      write(join(outdir, manifest.forStack(TerraformStack.of(construct)).workingDirectory));
    },
  });
}
