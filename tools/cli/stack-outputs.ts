import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./process";
import { projectRoot } from "./project";
import { terraformName } from "./terraform-name";
import { UserError } from "./user-error";

/** The stack of `main.ts` that runs on this machine. The default of the option `--stack`. */
export const LOCAL_STACK = "local";

/** The folder in which Terraform runs for a stack. A synthesis creates it. */
export function stackDirectory(stack: string): string {
  return join(projectRoot, "cdktf.out", "stacks", stack);
}

/**
 * The outputs of a deployed stack.
 *
 * @throws UserError if the stack was not deployed from this project
 */
export async function stackOutputs(
  stack: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const cwd = stackDirectory(stack);
  if (!existsSync(cwd)) throw new UserError(notDeployed(stack, cwd));
  const state = localState(stack);
  if (state !== undefined) return values(state);
  const { code, stdout, stderr } = await run(terraformName(), ["output", "-json"], { cwd, environment });
  if (code !== 0) throw new UserError(`${terraformName()} output failed for the stack "${stack}": ${stderr.trim()}`);
  return values(JSON.parse(stdout) as Outputs);
}

/**
 * Returns why a stack has no outputs, with the other stacks of the project.
 *
 * @param folder folder of the stack, which does not exist
 */
export function notDeployed(stack: string, folder: string): string {
  const all = dirname(folder);
  const others = existsSync(all) ? readdirSync(all).sort() : [];
  const choice =
    others.length === 0 ? "" : `, or choose another one: ${others.map((name) => `--stack ${name}`).join(", ")}`;
  return `the stack "${stack}" is not deployed from this project (${folder} does not exist): deploy it${choice}`;
}

type Outputs = Readonly<Record<string, { readonly value: unknown }>>;

function values(outputs: Outputs): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}

/** The outputs in a local state file, if the stack has one. Starting Terraform to read them takes half a second. */
function localState(stack: string): Outputs | undefined {
  const { terraform } = JSON.parse(readFileSync(join(stackDirectory(stack), "cdk.tf.json"), "utf8")) as {
    readonly terraform: { readonly backend?: { readonly local?: { readonly path?: string } } };
  };
  const path = terraform.backend?.local?.path;
  if (path === undefined || !existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly outputs: Outputs }).outputs;
}

/** A Monitoring of a deployed stack, as its outputs describe it. */
export interface Deployed {
  /** Prefix of the names of its outputs and runs. */
  readonly prefix: string;
  /** Inventory, as JSON. */
  readonly inventory: string;
  /** Runs in the order in which a deploy starts them. */
  readonly runs: readonly DeployedRun[];
}

/** A run of a deployed stack. */
export interface DeployedRun {
  readonly name: string;
  /** Shell command that starts the run in the stack's folder. */
  readonly command: string;
  /** Folder of its private state. */
  readonly state: string;
}

/**
 * The Monitorings of a deployed stack.
 *
 * @throws UserError if the stack has none
 */
export function deployedMonitorings(stack: string, outputs: Readonly<Record<string, unknown>>): Deployed[] {
  const found = Object.entries(outputs).flatMap(([output, runs]): Deployed[] => {
    const prefix = /^(.*)runs$/.exec(output)?.[1];
    const inventory = prefix === undefined ? undefined : outputs[`${prefix}inventory`];
    if (prefix === undefined || typeof inventory !== "string") return [];
    return [{ prefix, inventory, runs: JSON.parse(String(runs)) as DeployedRun[] }];
  });
  if (found.length === 0)
    throw new UserError(`the stack "${stack}" has no deployed Monitoring in this project: deploy it first`);
  return found;
}
