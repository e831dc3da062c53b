/** Names of metrics as queries use them: histograms end in `_bucket`, `_count` and `_sum`. */
export interface MetricNames {
  /** Metrics that `npm run catalogue` saw on a running program, on a virtual machine with the usual features. */
  readonly observed: readonly string[];
  /**
   * Metrics from the sources of the program, which it emits only with certain hardware, kernel modules or settings, or
   * after certain events. @default - none
   */
  readonly possible?: readonly string[];
  /** Possible metrics of the release that the observed version does not have. @default - none */
  readonly added?: readonly string[];
  /** Metrics of the observed version that the release does not have. @default - none */
  readonly removed?: readonly string[];
  /**
   * Patterns of possible metrics whose names come from hardware, kernel or settings, such as `node_vmstat_*`.
   *
   * @default - none
   */
  readonly patterns?: readonly string[];
}

/** Metrics of a kind of component. They do not depend on collectors. */
export interface CatalogueEntry extends MetricNames {
  /** Version of the release that the names are valid for. */
  readonly version: string;
  /**
   * Version of the program that was observed. It is older if the release cannot be built from source.
   *
   * @default - no program was observed
   */
  readonly observedVersion?: string;
  /** Collectors that can be enabled and disabled, by the name of the flag after `--collector.`. */
  readonly collectors?: Readonly<Record<string, Collector>>;
}

/** A collector of node exporter, such as `systemd`, or an option of one, such as `systemd.enable-restarts-metrics`. */
export interface Collector extends MetricNames {
  /** Whether the collector is enabled by default. */
  readonly byDefault: boolean;
}

/** Metrics by kind of component. */
export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

/** Returns the catalogue that `catalogue.json` contains. */
export function expandedCatalogue(file: Catalogue): Catalogue {
  return mapNames(file, withAlternatives);
}

/** Returns a copy of a catalogue with changed lists of names. */
export function mapNames(catalogue: Catalogue, change: (names: readonly string[]) => string[]): Catalogue {
  const mapped = <T extends MetricNames>(entry: T): T => {
    const lists = Object.entries(entry).map(([key, value]: [string, unknown]) =>
      Array.isArray(value) ? [key, change(value as string[])] : [key, value],
    );
    return Object.fromEntries(lists) as T;
  };
  return Object.fromEntries(
    Object.entries(catalogue).map(([kind, { collectors, ...entry }]) => {
      const all = Object.entries(collectors ?? {}).map(([name, collector]) => [name, mapped(collector)] as const);
      return [kind, { ...mapped(entry), ...(collectors ? { collectors: Object.fromEntries(all) } : {}) }];
    }),
  );
}

/**
 * Returns the metrics that names in `catalogue.json` stand for. A name with alternatives at its end is a histogram, such
 * as `a_seconds(_bucket|_count|_sum)`, or a summary, such as `a_seconds(|_count|_sum)`.
 */
export function withAlternatives(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const [, base = name, alternatives = ""] = /^(.*)\((.*)\)$/.exec(name) ?? [];
    return alternatives.split("|").map((end) => base + end);
  });
}
