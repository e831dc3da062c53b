import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contract } from "../../lib/contract";

/** A task of a playbook on one server. */
export interface Task {
  readonly name: string;
  /** The role that contains the task. Null for a task of the playbook itself. */
  readonly role: string | null;
  readonly host: string;
  /** Start time, in seconds since 1970. */
  readonly started: number;
  readonly seconds: number;
}

/** The `result.json` of a run. */
export interface RunResult {
  readonly run: string;
  /** Start time, in ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  readonly hosts: Readonly<Record<string, { readonly touched: boolean; readonly state: string }>>;
  readonly tasks: readonly Task[];
}

/**
 * Reads the last result of each run. Runs that never finished are left out.
 *
 * @param state the private state folder of the stack
 */
export function readRunResults(state: string, runs: readonly string[]): RunResult[] {
  return runs.flatMap((run) => {
    const file = join(state, contract.state.runs, run, contract.state.result);
    return existsSync(file) ? [JSON.parse(readFileSync(file, "utf8")) as RunResult] : [];
  });
}
