import type { CatalogueEntry } from "../../../lib/metrics/catalogue-entry";
import type { Log } from "../../cli/process";

/** The metrics that a program emitted. */
export type Observation = Omit<CatalogueEntry, "version" | "observedVersion">;

/**
 * Runs a program and exercises the features that its metrics count.
 *
 * @param home folder of the extracted archive
 * @param work empty folder for data
 */
export type Observe = (home: string, work: string, log: Log) => Promise<Observation>;

/** A program of the catalogue. */
export interface Program {
  /** Kind of the component, which is also the name of its artifact. */
  readonly kind: string;
  /** Runs the program. @default - only the sources are read */
  readonly observe?: Observe;
}

/** Names in the order of the catalogue. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}
