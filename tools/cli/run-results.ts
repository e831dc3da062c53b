import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A task of a playbook on a server. */
export interface Task {
  readonly name: string;
  /** The role that it stands in; null in the playbook itself. */
  readonly role: string | null;
  readonly host: string;
  /** In seconds since 1970. */
  readonly started: number;
  readonly seconds: number;
}

/** What a run wrote down of itself. */
export interface RunResult {
  readonly run: string;
  /** ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  readonly hosts: Readonly<Record<string, { readonly touched: boolean }>>;
  readonly tasks: readonly Task[];
}

/**
 * What runs last wrote down of themselves; of one that never came to its end there is nothing.
 *
 * @param state the folder of the stack's private run state
 */
export function readRunResults(state: string, runs: readonly string[]): RunResult[] {
  return runs.flatMap((run) => {
    const file = join(state, "runs", run, "result.json");
    return existsSync(file) ? [JSON.parse(readFileSync(file, "utf8")) as RunResult] : [];
  });
}
