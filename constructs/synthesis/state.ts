import { Fn, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { contract } from "../../lib/contract";
import { constructError } from "./errors";

/**
 * Returns the path of the private state of a stack (keys, known hosts, runs in flight), as provisioners see it.
 *
 * Terraform runs in `<output>/stacks/<stack>`, and the state is next to the output folder. The path is relative, so that
 * the synthesized JSON is the same on every machine.
 *
 * @throws if the name of the stack has a meaning in Terraform or in a shell
 */
export function stateDirectory(scope: Construct): string {
  const stack = TerraformStack.of(scope);
  const name = stack.node.id;
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.@+:=,-]*$/u.test(name))
    throw constructError(
      stack,
      `the stack name "${name}" is part of commands and paths: use letters, digits and "_.@+:=,-" only`,
    );
  return projectFile(`${contract.privateDirectory}/${name}`);
}

/** Returns a path next to the output folder, as provisioners see it. */
export function projectFile(path: string): string {
  return `../../../${path}`;
}

/** Token of the absolute path of {@link stateDirectory}, by stack. */
const absolute = new WeakMap<TerraformStack, string>();

/** Returns the absolute path of a file in {@link stateDirectory}. Terraform computes it at apply time. */
export function stateFile(scope: Construct, path: string): string {
  const stack = TerraformStack.of(scope);
  // All files share one token, because each token records a stack trace, which costs more than the rest of a server.
  const directory = absolute.get(stack) ?? Fn.abspath(stateDirectory(stack));
  absolute.set(stack, directory);
  return `${directory}/${path}`;
}
