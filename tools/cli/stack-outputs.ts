import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, run, UserError } from "./common";

/** The stack that runs on this machine in `main.ts`; tools look at it unless they are told of another one. */
export const LOCAL_STACK = "local";

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
  environment: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const cwd = stackDirectory(stack);
  if (!existsSync(cwd)) throw new UserError(`the stack "${stack}" was not deployed from here: there is no ${cwd}`);
  const state = localState(stack);
  if (state !== undefined) return values(state);
  const { code, stdout, stderr } = await run("terraform", ["output", "-json"], { cwd, environment });
  if (code !== 0) throw new UserError(`terraform output failed for the stack "${stack}": ${stderr.trim()}`);
  return values(JSON.parse(stdout) as Outputs);
}

type Outputs = Readonly<Record<string, { readonly value: unknown }>>;

function values(outputs: Outputs): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}

/** The outputs in the state file of a stack that keeps it here: starting Terraform for them takes half a second. */
function localState(stack: string): Outputs | undefined {
  const { terraform } = JSON.parse(readFileSync(join(stackDirectory(stack), "cdk.tf.json"), "utf8")) as {
    readonly terraform: { readonly backend?: { readonly local?: { readonly path?: string } } };
  };
  const path = terraform.backend?.local?.path;
  if (path === undefined || !existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly outputs: Outputs }).outputs;
}

/** A monitoring of a deployed stack, as its outputs describe it. */
export interface Deployed {
  /** What the names of its outputs and runs begin with. */
  readonly prefix: string;
  /** Its inventory, as JSON. */
  readonly inventory: string;
  /** Its runs in their order. */
  readonly runs: readonly DeployedRun[];
}

/** How a run is started in the stack's folder. */
export interface DeployedRun {
  readonly name: string;
  readonly command: string;
  /** The folder of its private state. */
  readonly state: string;
}

/**
 * The monitorings of a deployed stack.
 *
 * @throws UserError when there is none
 */
export function deployedMonitorings(stack: string, outputs: Readonly<Record<string, unknown>>): Deployed[] {
  const found = Object.entries(outputs).flatMap(([output, runs]): Deployed[] => {
    const prefix = /^(.*)runs$/.exec(output)?.[1];
    const inventory = prefix === undefined ? undefined : outputs[`${prefix}inventory`];
    if (prefix === undefined || typeof inventory !== "string") return [];
    return [{ prefix, inventory, runs: JSON.parse(String(runs)) as DeployedRun[] }];
  });
  if (found.length === 0) throw new UserError(`the stack "${stack}" was not deployed from here: deploy it first`);
  return found;
}
