import { TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import { Construct } from "constructs";
import { join } from "node:path";

/**
 * Calls a function at each synthesis to write files next to the Terraform JSON. A construct can register one function.
 *
 * @param write function that gets the folder of the stack
 */
export function onSynthesis(construct: Construct, write: (folder: string) => void): void {
  addCustomSynthesis(construct, {
    onSynthesize: ({ outdir, manifest }) => {
      write(join(outdir, manifest.forStack(TerraformStack.of(construct)).workingDirectory));
    },
  });
}
