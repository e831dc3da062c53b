import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Drill } from "../../lib/verify/measurement";
import { privateDirectory } from "./project";

/** The folder of the drill records. */
export const DRILLS = join(privateDirectory, "drills");

/** The fields of a drill record that every version of it has. */
export interface DrillSummary {
  /** Start of the drill, in ISO 8601, UTC. */
  readonly date: string;
  readonly stack: string;
  /** Duration of each part, in seconds. */
  readonly seconds: { readonly destroy: number; readonly rebuild: number; readonly verify: number };
}

/** The latest recorded drill of a stack, or undefined. */
export function lastDrill(stack: string): Drill | undefined {
  if (!existsSync(DRILLS)) return undefined;
  // The file names are dates.
  for (const name of readdirSync(DRILLS).sort().reverse()) {
    const file = join(DRILLS, name);
    const { stack: drilled, date, seconds } = JSON.parse(readFileSync(file, "utf8")) as DrillSummary;
    if (drilled === stack) return { date, seconds: seconds.destroy + seconds.rebuild, file };
  }
  return undefined;
}
