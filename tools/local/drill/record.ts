import { basename, join } from "node:path";
import { writeAtomically } from "../../cli/files";
import { DRILLS, DrillSummary } from "../../cli/last-drill";
import { ensurePrivateDirectory } from "../../cli/private-directory";
import { readRunResults, RunResult, Task } from "../../cli/run-results";
import { deployedMonitorings, stackDirectory, stackOutputs } from "../../cli/stack-outputs";
import { Machine } from "../machine";
import { Phase } from "./timeline";

/** The file that a drill writes. */
export interface DrillRecord extends DrillSummary {
  /** Increases if readers of the old format would misread the new one. */
  readonly format: 1;
  readonly machine: Machine;
  /** Whether all checks passed at the end. False until verification has finished. */
  readonly verified: boolean;
  readonly phases: readonly Phase[];
  readonly tasks: readonly (Task & { readonly run: string })[];
}

/**
 * Writes the record of a drill to a separate file. A second call for the same drill replaces the file.
 *
 * @returns the path of the file
 */
export function writeRecord(record: DrillRecord): string {
  const path = join(ensurePrivateDirectory(basename(DRILLS)), `${record.date.replaceAll(":", "-")}.json`);
  writeAtomically(path, `${JSON.stringify(record, undefined, 2)}\n`);
  return path;
}

/** The last result of each run of a deployed stack. */
export async function runResults(stack: string, environment: Readonly<Record<string, string>>): Promise<RunResult[]> {
  const outputs = await stackOutputs(stack, environment);
  return deployedMonitorings(stack, outputs).flatMap(({ runs }) =>
    runs.flatMap(({ name, state }) => readRunResults(join(stackDirectory(stack), state), [name])),
  );
}
