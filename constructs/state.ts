import { Fn, TerraformStack } from "cdktf";
import { Construct } from "constructs";

/**
 * The private folder of a stack's deployments (keys, known hosts, what is under way), as the provisioners see it:
 * Terraform runs in `<output>/stacks/<stack>`, and the folder stands beside the output folder. Relative, so that the
 * synthesized JSON is the same on every machine.
 */
export function stateDirectory(scope: Construct): string {
  return projectFile(`.cdktf-monitoring/${TerraformStack.of(scope).node.id}`);
}

/** A path beside the output folder, as the provisioners see it. */
export function projectFile(path: string): string {
  return `../../../${path}`;
}

/** The absolute path of a file in {@link stateDirectory}, found out when Terraform runs. */
export function stateFile(scope: Construct, path: string): string {
  return Fn.abspath(`${stateDirectory(scope)}/${path}`);
}
