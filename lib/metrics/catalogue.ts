import generated from "./catalogue.json";
import { similarNames } from "./similar-names";

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

/**
 * The metrics that a kind of component emits; none where it is not in the catalogue.
 *
 * @param collectors what is on of what can be switched; by default, what is on by itself
 */
export function metricsOf(kind: string, collectors?: readonly string[]): ReadonlySet<string> {
  const on = collectors ?? defaultCollectors();
  // A large fleet asks for the same again and again.
  const key = [kind, ...on].join(" ");
  const found = answers.get(key) ?? emittedBy(catalogue[kind], on);
  answers.set(key, found);
  return found;
}

const answers = new Map<string, ReadonlySet<string>>();

function emittedBy(entry: CatalogueEntry | undefined, on: readonly string[]): ReadonlySet<string> {
  return new Set([...(entry?.metrics ?? []), ...on.flatMap((name) => entry?.collectors?.[name]?.metrics ?? [])]);
}

/** The collectors of node exporter that are on by themselves. */
export function defaultCollectors(): string[] {
  return Object.entries(collectors())
    .filter(([, { byDefault }]) => byDefault)
    .map(([name]) => name);
}

/** The first problem with the name of a collector of node exporter, or of a switch of one, or undefined. */
export function collectorProblem(name: string): string | undefined {
  if (Object.hasOwn(collectors(), name)) return undefined;
  const nearest = similarNames(name, Object.keys(collectors()));
  const remedy = nearest.length > 0 ? `the nearest names are ${nearest.join(", ")}` : 'there is "systemd", for example';
  return `"${name}" is not a collector of node exporter: ${remedy}`;
}

/**
 * The collectors of node exporter that must be on for metrics to be there, with the switches that they need, sorted.
 * Metrics of others than node exporter need none.
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

/** Which of node exporter's collectors emits a metric; of several, one that is on by itself. */
const emitters: ReadonlyMap<string, string> = new Map(
  Object.entries(collectors())
    .sort(([, a], [, b]) => Number(a.byDefault) - Number(b.byDefault))
    .flatMap(([name, { metrics }]) => metrics.map((metric) => [metric, name] as const)),
);

/** What emits a metric, for people: `alertmanager`, `node exporter's collector "wifi"`; undefined where nothing known does. */
export function emitterOf(metric: string): string | undefined {
  const [collector] = collectorsOf([metric]).slice(-1);
  if (collector !== undefined) return `node exporter's collector "${collector}"`;
  return Object.keys(catalogue).find((kind) => catalogue[kind]?.metrics.includes(metric));
}

function collectors(): Readonly<Record<string, Collector>> {
  return catalogue[NODE_EXPORTER]?.collectors ?? {};
}
