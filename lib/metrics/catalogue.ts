import generated from "./catalogue.json";

/** What a kind of component was seen to emit by `npm run catalogue`. */
export interface CatalogueEntry {
  readonly version: string;
  /** The metrics that it has whatever its settings, as they are queried: a histogram's by `_bucket`, `_count` and `_sum`. */
  readonly metrics: readonly string[];
  /** Parts that can be switched on and off, by the flag's name after `--collector.`. */
  readonly collectors?: Readonly<Record<string, Collector>>;
}

/** A collector of node exporter, such as `systemd`, or a switch of one, such as `systemd.enable-restarts-metrics`. */
export interface Collector {
  readonly byDefault: boolean;
  readonly metrics: readonly string[];
}

/** What each kind of component emits. */
export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

const NODE_EXPORTER = "node_exporter";

const catalogue: Catalogue = generated;

/** The kinds of components whose metrics are known. */
export const cataloguedKinds: readonly string[] = Object.keys(catalogue);

/**
 * The metrics that a kind of component emits; none where it is not in the catalogue.
 *
 * @param collectors what is on of what can be switched; by default, what is on by itself
 */
export function metricsOf(kind: string, collectors?: readonly string[]): ReadonlySet<string> {
  const entry = catalogue[kind];
  const on = collectors ?? defaultCollectors();
  return new Set([...(entry?.metrics ?? []), ...on.flatMap((name) => entry?.collectors?.[name]?.metrics ?? [])]);
}

/** The collectors of node exporter that are on by themselves. */
export function defaultCollectors(): string[] {
  return Object.entries(collectors())
    .filter(([, { byDefault }]) => byDefault)
    .map(([name]) => name);
}

/** Whether node exporter has a collector, or a collector a switch, of this name. */
export function isCollector(name: string): boolean {
  return Object.hasOwn(collectors(), name);
}

/**
 * The collectors of node exporter that must be on for metrics to be there, with the switches that they need, sorted.
 * Metrics of others than node exporter need none.
 */
export function collectorsOf(metrics: Iterable<string>): string[] {
  const needed = new Set<string>();
  for (const metric of metrics) {
    const emitting = Object.entries(collectors()).filter(([, { metrics: emitted }]) => emitted.includes(metric));
    const [name] = emitting.find(([, { byDefault }]) => byDefault) ?? emitting[0] ?? [];
    if (name === undefined) continue;
    needed.add(name);
    const [collector = name] = name.split(".");
    needed.add(collector);
  }
  return [...needed].sort();
}

/** What emits a metric, for people: `alertmanager`, `node exporter's collector "wifi"`; undefined where nothing known does. */
export function sourceOf(metric: string): string | undefined {
  const [collector] = collectorsOf([metric]).slice(-1);
  if (collector !== undefined) return `node exporter's collector "${collector}"`;
  return Object.keys(catalogue).find((kind) => catalogue[kind]?.metrics.includes(metric));
}

function collectors(): Readonly<Record<string, Collector>> {
  return catalogue[NODE_EXPORTER]?.collectors ?? {};
}
