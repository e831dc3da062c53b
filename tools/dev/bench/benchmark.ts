import { Log } from "../../cli/process";
import { Step } from "../../local/preparation";

/** A quantity that was measured several times. */
export interface Figure {
  /** Name in the table of results. */
  readonly name: string;
  /** Unit, such as `s`, `×` or `kB`. */
  readonly unit: string;
  /** Samples in the order in which they were taken. */
  readonly samples: readonly number[];
  /** Upper limit for the median. @default - no goal */
  readonly goal?: number;
}

/** The results of a benchmark. */
export interface Outcome {
  readonly figures: readonly Figure[];
  /** Notes that a reader needs to interpret the figures. */
  readonly notes: readonly string[];
}

/** How a benchmark runs. */
export interface Settings {
  /** Number of times that each figure is measured. */
  readonly repeat: number;
  /** Numbers of servers in ascending order, for benchmarks that support several. */
  readonly sizes: readonly number[];
  /** Folder of Ansible collections to compare with. @default - none */
  readonly rival?: string;
  /** Environment variables of the preparation steps, for the programs that the benchmark starts. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}

/** A benchmark, defined in `tools/dev/bench/<name>.ts`. */
export interface Benchmark {
  readonly name: string;
  /** One line that says what it measures. */
  readonly title: string;
  /** Default number of repetitions. */
  readonly repeat: number;
  /** Whether it needs the option `--rival` and is left out without it. @default false */
  readonly takesRival?: boolean;
  /** Preparation steps. They are not measured. */
  readonly needs: readonly Step[];

  run(settings: Settings): Promise<Outcome>;
}
