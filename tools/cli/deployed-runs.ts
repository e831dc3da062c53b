import { gzipSync } from "node:zlib";
import { attach } from "./common";
import { DeployedRun, deployedMonitorings, stackDirectory, stackOutputs } from "./stack-outputs";

/** A run, and the inventory that it is handed. */
export interface RunCommand extends DeployedRun {
  readonly inventory: string;
}

/** How each run of a deployed stack is started, by its name, in their order; those of a second monitoring begin with its outputs' prefix. */
export async function runCommands(stack: string): Promise<ReadonlyMap<string, RunCommand>> {
  const commands = new Map<string, RunCommand>();
  for (const { prefix, inventory, runs } of deployedMonitorings(stack, await stackOutputs(stack)))
    for (const run of runs) commands.set(`${prefix}${run.name}`, { ...run, inventory });
  return commands;
}

/**
 * Starts runs one after the other, until one fails.
 *
 * @returns the exit status of the last
 */
export async function startRuns(
  commands: readonly RunCommand[],
  stack: string,
  environment: Readonly<Record<string, string>>,
  options: readonly string[],
): Promise<number> {
  for (const { command, state, inventory } of commands) {
    const code = await attach("/bin/sh", ["-c", `${command} "$@"`, "sh", ...options], {
      cwd: stackDirectory(stack),
      environment: {
        ...environment,
        MONITORING_STATE: state,
        MONITORING_INVENTORY: gzipSync(inventory).toString("base64"),
      },
    });
    if (code !== 0) return code;
  }
  return 0;
}
