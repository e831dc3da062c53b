import type { CatalogueEntry } from "../../../lib/metrics/catalogue";
import type { Log } from "../../cli/common";

/** What is known of a kind's metrics once it ran. */
export type Observation = Omit<CatalogueEntry, "version">;

/** A program that is run to see what it emits. */
export interface Program {
  /** The kind of component, and the name of its archive. */
  readonly kind: string;
  /**
   * Runs it, and makes it do what its metrics are about.
   *
   * @param home the folder of its unpacked archive
   * @param work an empty folder for its data
   */
  observe(home: string, work: string, log: Log): Promise<Observation>;
}

/** Names in the order in which the catalogue has them. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}
