import generated from "./catalogue.json";
import { didYouMean } from "./similar-names";

/** Names of metrics as queries use them: histograms end in `_bucket`, `_count` and `_sum`. */
export interface MetricNames {
  /** Metrics that `npm run catalogue` saw on a running program, on a virtual machine with the usual features. */
  readonly observed: readonly string[];
  /**
   * Metrics from the sources of the program, which it emits only with certain hardware, kernel modules or settings, or
   * after certain events. @default - none
   */
  readonly possible?: readonly string[];
}

/** Metrics of a kind of component. They do not depend on collectors. */
export interface CatalogueEntry extends MetricNames {
  /** Version of the program. */
  readonly version: string;
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

/** How certain it is that a component emits a metric. */
export enum Presence {
  /** The metric was observed on a running program with the usual features. */
  OBSERVED = "observed",
  /** The metric depends on hardware, kernel modules, settings or events, so that a server may lack it. */
  POSSIBLE = "possible",
}

/** What the catalogue says about a metric. */
export interface CataloguedMetric {
  /** Kind of component that emits the metric, such as `node_exporter`. */
  readonly kind: string;
  /** Collector, or option of a collector, of node exporter that emits the metric, such as `hwmon`. */
  readonly collector?: string;
  readonly presence: Presence;
}

const NODE_EXPORTER = "node_exporter";

const catalogue: Catalogue = generated;

/**
 * Returns the metrics that a kind of component emits, both {@link Presence.OBSERVED} and {@link Presence.POSSIBLE} ones;
 * none if the catalogue lacks the kind.
 *
 * @param collectors enabled collectors; the default is the collectors that are enabled by default
 */
export function metricsOf(kind: string, collectors?: readonly string[]): ReadonlySet<string> {
  const enabled = collectors ?? defaultCollectors();
  // The result is cached, because synthesis calls this function with the same arguments for each server of a fleet.
  const key = [kind, ...enabled].join(" ");
  const found = cache.get(key) ?? emittedBy(catalogue[kind], enabled);
  cache.set(key, found);
  return found;
}

const cache = new Map<string, ReadonlySet<string>>();

function emittedBy(entry: CatalogueEntry | undefined, enabled: readonly string[]): ReadonlySet<string> {
  if (entry === undefined) return new Set();
  const lists = [entry, ...enabled.flatMap((name) => entry.collectors?.[name] ?? [])];
  return new Set(lists.flatMap(namesOf));
}

/** Returns the observed and the possible names. */
function namesOf({ observed, possible = [] }: MetricNames): string[] {
  return [...observed, ...possible];
}

/**
 * Returns what the catalogue says about a metric, or undefined if no component emits it. If several components or
 * collectors emit a metric, the result describes one of them, preferably a collector that is enabled by default.
 *
 * @example
 * cataloguedMetric("node_hwmon_temp_crit_celsius"); // { kind: "node_exporter", collector: "hwmon", presence: "possible" }
 */
export function cataloguedMetric(name: string): CataloguedMetric | undefined {
  return (known ??= indexed()).get(name);
}

/** Returns the names of all metrics in the catalogue, of all components and collectors. */
export function cataloguedMetrics(): string[] {
  return [...(known ??= indexed()).keys()];
}

let known: ReadonlyMap<string, CataloguedMetric> | undefined;

function indexed(): ReadonlyMap<string, CataloguedMetric> {
  const index = new Map<string, CataloguedMetric>();
  // The first entry of a name stays.
  const add = (names: MetricNames, where: { readonly kind: string; readonly collector?: string }) => {
    for (const presence of [Presence.OBSERVED, Presence.POSSIBLE])
      for (const name of names[presence] ?? []) if (!index.has(name)) index.set(name, { ...where, presence });
  };
  for (const [kind, entry] of Object.entries(catalogue)) {
    add(entry, { kind });
    const collectors = Object.entries(entry.collectors ?? {});
    collectors.sort(([, a], [, b]) => Number(b.byDefault) - Number(a.byDefault));
    for (const [collector, names] of collectors) add(names, { kind, collector });
  }
  return index;
}

/** Returns the collectors of node exporter that are enabled by default. */
export function defaultCollectors(): string[] {
  return Object.entries(collectors())
    .filter(([, { byDefault }]) => byDefault)
    .map(([name]) => name);
}

/** Returns the problem with the name of a node exporter collector or collector option, or undefined. */
export function collectorProblem(name: string): string | undefined {
  if (Object.hasOwn(collectors(), name)) return undefined;
  const remedy = didYouMean(name, Object.keys(collectors())) ?? 'use a name such as "systemd"';
  return `"${name}" is not a collector of node exporter: ${remedy}`;
}

/**
 * Returns the collectors and collector options of node exporter that emit the metrics, sorted. Metrics of other
 * components are ignored.
 */
export function collectorsOf(metrics: Iterable<string>): string[] {
  const needed = new Set<string>();
  for (const metric of metrics) {
    const name = cataloguedMetric(metric)?.collector;
    if (name === undefined) continue;
    needed.add(name);
    const [collector = name] = name.split(".");
    needed.add(collector);
  }
  return [...needed].sort();
}

/**
 * Returns the emitter of a metric for messages, such as `node exporter's collector "wifi"`; undefined if it is unknown.
 */
export function emitterOf(metric: string): string | undefined {
  const { kind, collector } = cataloguedMetric(metric) ?? {};
  return collector === undefined ? kind : `node exporter's collector "${collector}"`;
}

function collectors(): Readonly<Record<string, Collector>> {
  return catalogue[NODE_EXPORTER]?.collectors ?? {};
}
