import generated from "./catalogue.json";
import { didYouMean } from "./similar-names";

/** Metrics that `npm run catalogue` observed for a kind of component. */
export interface CatalogueEntry {
  /** Version of the observed component. */
  readonly version: string;
  /**
   * Metrics that do not depend on collectors, with the names that queries use: histograms end in `_bucket`, `_count`
   * and `_sum`.
   */
  readonly metrics: readonly string[];
  /** Collectors that can be enabled and disabled, by the name of the flag after `--collector.`. */
  readonly collectors?: Readonly<Record<string, Collector>>;
}

/** A collector of node exporter, such as `systemd`, or an option of one, such as `systemd.enable-restarts-metrics`. */
export interface Collector {
  /** Whether the collector is enabled by default. */
  readonly byDefault: boolean;
  readonly metrics: readonly string[];
}

/** Metrics by kind of component. */
export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

const NODE_EXPORTER = "node_exporter";

const catalogue: Catalogue = generated;

/**
 * Returns the metrics that a kind of component emits; none if the catalogue lacks the kind.
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
  return new Set([...(entry?.metrics ?? []), ...enabled.flatMap((name) => entry?.collectors?.[name]?.metrics ?? [])]);
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
    const name = emitters.get(metric);
    if (name === undefined) continue;
    needed.add(name);
    const [collector = name] = name.split(".");
    needed.add(collector);
  }
  return [...needed].sort();
}

/** Collectors of node exporter by metric; if several emit a metric, one that is enabled by default. */
const emitters: ReadonlyMap<string, string> = new Map(
  Object.entries(collectors())
    .sort(([, a], [, b]) => Number(a.byDefault) - Number(b.byDefault))
    .flatMap(([name, { metrics }]) => metrics.map((metric) => [metric, name] as const)),
);

/**
 * Returns the emitter of a metric for messages, such as `node exporter's collector "wifi"`; undefined if it is unknown.
 */
export function emitterOf(metric: string): string | undefined {
  const [collector] = collectorsOf([metric]).slice(-1);
  if (collector !== undefined) return `node exporter's collector "${collector}"`;
  return Object.keys(catalogue).find((kind) => catalogue[kind]?.metrics.includes(metric));
}

function collectors(): Readonly<Record<string, Collector>> {
  return catalogue[NODE_EXPORTER]?.collectors ?? {};
}
