import { Log } from "../../cli/common";
import { Step } from "../../local/preparation";

/** One figure, measured several times. */
export interface Figure {
  /** What was measured, in words that stand for themselves in a table. */
  readonly name: string;
  /** What it is counted in: `s`, `×`, `kB` … */
  readonly unit: string;
  /** In the order in which they were taken. */
  readonly samples: readonly number[];
  /** What the median should be at most. @default - no goal */
  readonly goal?: number;
}

/** What a benchmark found out. */
export interface Outcome {
  readonly figures: readonly Figure[];
  /** What a reader must know to understand the figures. */
  readonly notes: readonly string[];
}

/** How a benchmark is to be run. */
export interface Settings {
  /** How often each thing is measured. */
  readonly repeat: number;
  /** For how many servers, where that can be chosen; ascending. */
  readonly sizes: readonly number[];
  /** The folder of Ansible collections to compare with. @default - none */
  readonly rival?: string;
  /** What the benchmark's `needs` add to the environment of what it starts. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}

/** Something that can be measured on one machine: `tools/dev/bench/<name>.ts`. */
export interface Benchmark {
  readonly name: string;
  /** What it measures, in one line. */
  readonly title: string;
  /** How often it measures unless it is told otherwise. */
  readonly repeat: number;
  /** Whether it takes a folder of collections, and is left out where none is named. @default false */
  readonly takesRival?: boolean;
  /** What must be there on this machine beforehand; getting it ready is not measured. */
  readonly needs: readonly Step[];

  run(settings: Settings): Promise<Outcome>;
}
