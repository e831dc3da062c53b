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

/** The absolute path of {@link stateDirectory} as a token, by stack. */
const absolute = new WeakMap<TerraformStack, string>();

/** The absolute path of a file in {@link stateDirectory}, found out when Terraform runs. */
export function stateFile(scope: Construct, path: string): string {
  const stack = TerraformStack.of(scope);
  // One token for all files: each token records the stack trace of where it was made, which costs more than all else
  // that a server is made of.
  const directory = absolute.get(stack) ?? Fn.abspath(stateDirectory(stack));
  absolute.set(stack, directory);
  return `${directory}/${path}`;
}
