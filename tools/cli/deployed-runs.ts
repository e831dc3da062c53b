import { gzipSync } from "node:zlib";
import { attach } from "./process";
import { DeployedRun, deployedMonitorings, stackDirectory, stackOutputs } from "./stack-outputs";

/** A run of a deployed stack with the inventory that it receives. */
export interface RunCommand extends DeployedRun {
  readonly inventory: string;
}

/**
 * The runs of a deployed stack by name, in the order in which a deploy starts them. If a Monitoring has an output prefix,
 * the names of its runs start with that prefix.
 */
export async function runCommands(stack: string): Promise<ReadonlyMap<string, RunCommand>> {
  const commands = new Map<string, RunCommand>();
  for (const { prefix, inventory, runs } of deployedMonitorings(stack, await stackOutputs(stack)))
    for (const run of runs) commands.set(`${prefix}${run.name}`, { ...run, inventory });
  return commands;
}

/**
 * Starts runs one after another and stops at the first failure.
 *
 * @returns the exit status of the last run that was started
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
