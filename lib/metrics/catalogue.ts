import generated from "./catalogue.json";
import { Catalogue, CatalogueEntry, Collector, expandedCatalogue, MetricNames } from "./catalogue-entry";
import { DRIFT_METRICS } from "./drift-metrics";
import { Pattern } from "./pattern";
import { didYouMean } from "./similar-names";

/** How certain it is that a component emits a metric. */
export enum Presence {
  /** The metric was observed on a running program with the usual features. */
  OBSERVED = "observed",
  /** The metric depends on hardware, kernel modules, settings or events, so that a server may lack it. */
  POSSIBLE = "possible",
  /**
   * The metric fits a pattern of names that come from hardware, kernel or settings. The catalogue does not know whether
   * any server emits this name.
   */
  PATTERN = "pattern",
  /** The pinned release no longer emits the metric. An earlier version did. */
  REMOVED = "removed",
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
/** Programs of one kind of component, the log agent. */
const LOG_AGENTS = ["alloy", "promtail"];

const catalogue: Catalogue = expandedCatalogue(generated);

/**
 * Returns the metrics that a kind of component emits in the pinned release, both {@link Presence.OBSERVED} and
 * {@link Presence.POSSIBLE} ones; none if the catalogue lacks the kind.
 *
 * @param collectors enabled collectors; the default is the collectors that are enabled by default
 */
export function metricsOf(kind: string, collectors?: readonly string[]): ReadonlySet<string> {
  const enabled = collectors ?? defaultCollectors();
  // The result is cached, because synthesis calls this function with the same arguments for each server of a fleet.
  const key = [kind, ...enabled].join(" ");
  const found = cache.get(key) ?? emittedBy(kind, enabled);
  cache.set(key, found);
  return found;
}

const cache = new Map<string, ReadonlySet<string>>();

function emittedBy(kind: string, enabled: readonly string[]): ReadonlySet<string> {
  const entry: CatalogueEntry | undefined = catalogue[kind];
  if (entry === undefined) return new Set();
  const lists = [entry, ...enabled.flatMap((name) => entry.collectors?.[name] ?? [])];
  // The catalogue has only the metrics of the programs themselves.
  const written = kind === NODE_EXPORTER && enabled.includes("textfile") ? DRIFT_METRICS : [];
  return new Set([...lists.flatMap(namesOf), ...written]);
}

/** Returns the names of the pinned release. */
function namesOf({ observed, possible = [], added = [] }: MetricNames): string[] {
  return [...observed, ...possible, ...added];
}

/**
 * Returns what the catalogue says about a metric, or undefined if no component emits it. If several components or
 * collectors emit a metric, the result describes one of them, preferably a collector that is enabled by default.
 *
 * @example
 * cataloguedMetric("node_hwmon_temp_crit_celsius"); // { kind: "node_exporter", collector: "hwmon", presence: "possible" }
 */
export function cataloguedMetric(name: string): CataloguedMetric | undefined {
  index ??= indexed();
  return index.names.get(name) ?? index.patterns.find(([pattern]) => pattern.matches(name))?.[1];
}

/** Returns the names of all metrics in the catalogue, of all components and collectors, without removed ones. */
export function cataloguedMetrics(): string[] {
  index ??= indexed();
  return [...index.names].filter(([, { presence }]) => presence !== Presence.REMOVED).map(([name]) => name);
}

/** Returns the patterns of the metrics of node exporter's default collectors, such as `node_vmstat_*`. */
export function defaultPatterns(): string[] {
  return Object.values(collectors()).flatMap(({ byDefault, patterns = [] }) => (byDefault ? patterns : []));
}

interface Index {
  readonly names: Map<string, CataloguedMetric>;
  readonly patterns: [Pattern, CataloguedMetric][];
}

let index: Index | undefined;

/** The emitter of metrics: a component, or a collector of node exporter. */
type Emitter = Omit<CataloguedMetric, "presence">;

function indexed(): Index {
  const result: Index = { names: new Map(), patterns: [] };
  const emitters = Object.entries(catalogue).flatMap(([kind, entry]): [Emitter, MetricNames][] => {
    const collectors = Object.entries(entry.collectors ?? {});
    collectors.sort(([, a], [, b]) => Number(b.byDefault) - Number(a.byDefault));
    return [
      [{ kind }, entry],
      ...collectors.map(([collector, names]): [Emitter, MetricNames] => [{ kind, collector }, names]),
    ];
  });
  // Programs share libraries, so several can emit a metric. The emitter whose kind begins the name wins, else the first one.
  const isBetter = (name: string, emitter: Emitter) => {
    const known = result.names.get(name);
    return known === undefined || (name.startsWith(`${emitter.kind}_`) && !name.startsWith(`${known.kind}_`));
  };
  const add = (emitter: Emitter, presence: Presence, names: readonly string[] = []) => {
    for (const name of names) if (isBetter(name, emitter)) result.names.set(name, { ...emitter, presence });
  };
  for (const [emitter, { observed, possible, added, patterns = [] }] of emitters) {
    add(emitter, Presence.OBSERVED, observed);
    add(emitter, Presence.POSSIBLE, possible);
    add(emitter, Presence.POSSIBLE, added);
    const metric = { ...emitter, presence: Presence.PATTERN };
    for (const pattern of patterns) result.patterns.push([new Pattern(pattern), metric]);
  }
  // Another component can still emit a metric that one component removed.
  for (const [emitter, { removed = [] }] of emitters)
    add(
      emitter,
      Presence.REMOVED,
      removed.filter((name) => !result.names.has(name)),
    );
  return result;
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
    const { collector: name, presence } = cataloguedMetric(metric) ?? {};
    if (name === undefined || presence === Presence.REMOVED) continue;
    needed.add(name);
    const [collector = name] = name.split(".");
    needed.add(collector);
  }
  return [...needed].sort();
}

/**
 * Returns the emitter of a metric for messages, such as `node exporter's collector "wifi"`; undefined if nothing in the
 * pinned releases emits it.
 */
export function emitterOf(metric: string): string | undefined {
  const { kind, collector, presence } = cataloguedMetric(metric) ?? {};
  if (presence === Presence.REMOVED) return undefined;
  if (kind !== undefined && LOG_AGENTS.includes(kind)) return "the log agent";
  return collector === undefined ? kind : `node exporter's collector "${collector}"`;
}

function collectors(): Readonly<Record<string, Collector>> {
  return catalogue[NODE_EXPORTER]?.collectors ?? {};
}
