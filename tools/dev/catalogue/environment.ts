/** An environment in which node exporter runs. */
export interface Environment {
  /** Name for log messages. */
  readonly name: string;
  /** Whether servers usually have the features of the environment. Otherwise its metrics are possible ones. */
  readonly usual: boolean;
  /** Flags that node exporter needs there. */
  readonly flags: readonly string[];
  /** Starts node exporter with additional flags. */
  start(flags: readonly string[]): Promise<Started>;
}

/** A running node exporter. */
export interface Started {
  /** Reads the metrics that a query such as `?collect[]=cpu` selects. */
  read(query: string): Promise<string>;
  stop(): Promise<void>;
}
