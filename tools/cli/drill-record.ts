import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Drill } from "../../lib/verify/judge";
import { Machine } from "../dev/bench/machine";
import { privateDirectory, writeAtomically } from "./common";
import { readRunResults, RunResult, Task } from "./run-results";
import { deployedMonitorings, stackDirectory, stackOutputs } from "./stack-outputs";
import { Phase } from "../local/drill/timeline";

const FOLDER = join(privateDirectory, "drills");

/** What a drill is kept as. */
export interface DrillRecord {
  /** Grows when a reader of older files would misunderstand a newer one. */
  readonly format: 1;
  /** When it began, in UTC. */
  readonly date: string;
  readonly stack: string;
  readonly machine: Machine;
  /** What each part took, in seconds. */
  readonly seconds: { readonly destroy: number; readonly rebuild: number; readonly verify: number };
  /** Whether all was as it should be in the end; false, too, until that is known. */
  readonly verified: boolean;
  readonly phases: readonly Phase[];
  readonly tasks: readonly (Task & { readonly run: string })[];
}

/**
 * Keeps a drill's figures in a file of its own; those that were kept of it before are replaced.
 *
 * @returns its path
 */
export function keepRecord(record: DrillRecord): string {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const path = join(FOLDER, `${record.date.replaceAll(":", "-")}.json`);
  writeAtomically(path, `${JSON.stringify(record, undefined, 2)}\n`);
  return path;
}

/** The newest drill of a stack that is kept here and came to its end. */
export function lastDrill(stack: string): Drill | undefined {
  if (!existsSync(FOLDER)) return undefined;
  // Their names are dates.
  for (const name of readdirSync(FOLDER).sort().reverse()) {
    const file = join(FOLDER, name);
    const { stack: drilled, date, seconds } = JSON.parse(readFileSync(file, "utf8")) as DrillRecord;
    if (drilled === stack) return { date, seconds: seconds.destroy + seconds.rebuild, file };
  }
  return undefined;
}

/** What the runs of a deployed stack wrote down of themselves. */
export async function runResults(stack: string, environment: Readonly<Record<string, string>>): Promise<RunResult[]> {
  const outputs = await stackOutputs(stack, environment);
  return deployedMonitorings(stack, outputs).flatMap(({ runs }) =>
    runs.flatMap(({ name, state }) => readRunResults(join(stackDirectory(stack), state), [name])),
  );
}
