import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, run, UserError } from "./common";

/** The folder in which Terraform runs for a stack, once that was synthesized. */
export function stackDirectory(stack: string): string {
  return join(projectRoot, "cdktf.out", "stacks", stack);
}

/**
 * A deployed stack's outputs.
 *
 * @throws UserError when the stack was not deployed from here
 */
export async function stackOutputs(
  stack: string,
  environment: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const cwd = stackDirectory(stack);
  if (!existsSync(cwd)) throw new UserError(`the stack "${stack}" was not deployed from here: there is no ${cwd}`);
  const { code, stdout, stderr } = await run("terraform", ["output", "-json"], { cwd, environment });
  if (code !== 0) throw new UserError(`terraform output failed for the stack "${stack}": ${stderr.trim()}`);
  const outputs = JSON.parse(stdout) as Readonly<Record<string, { readonly value: unknown }>>;
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}
