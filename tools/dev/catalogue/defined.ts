import { Artifacts } from "../../../lib/artifacts";
import { Pattern } from "../../../lib/metrics/pattern";
import { Architecture } from "../../../lib/servers/architecture";
import type { CatalogueEntry, Collector, MetricNames } from "../../../lib/metrics/catalogue-entry";
import type { Log } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { mergeEntries } from "./merge";
import { moduleOf } from "./programs";
import { sorted } from "./program";
import { emittedDefinitions, type Sources } from "./emitted";
import { definitions, prefixes, type Definition } from "./sources/definitions";
import { goPackages, type SourceLocation } from "./sources/go-list";
import { GoProgram } from "./sources/go-program";

/** The sources of a program in two versions. */
export interface Defined {
  /** Version of the release. */
  readonly version: string;
  readonly release: Sources;
  /** The sources of the version that was observed. */
  readonly observed: Sources;
}

/**
 * Reads the sources of the pinned release of a program, and of the version that was observed. If the sources of the
 * release are unavailable, the observed version stands for both.
 *
 * @param given version and folder of the release, if they are not those of the pinned release
 * @throws UserError if the sources of the observed version are unavailable too
 */
export async function definedMetrics(
  kind: string,
  observedVersion: string | undefined,
  given: SourceLocation,
  log: Log,
): Promise<Defined> {
  const module = moduleOf(kind);
  const read = async (location: SourceLocation): Promise<Sources> => {
    log(`${kind}: reading the sources of ${location.version ?? observedVersion ?? ""}`);
    const program = new GoProgram(await goPackages(module, location));
    return { module: module.module, definitions: definitions(program), prefixes: prefixes(program) };
  };
  const { version } = { ...Artifacts.released()._request(kind, Architecture.AMD64), ...given };
  try {
    const release = await read({ ...given, version });
    const isSame = observedVersion === undefined || observedVersion === version;
    return { version, release, observed: isSame ? release : await read({}) };
  } catch (error) {
    if (observedVersion === undefined || observedVersion === version || !(error instanceof UserError)) throw error;
    log(`${kind}: the names are those of ${observedVersion}, not of the release: ${error.message}`);
    const observed = await read({});
    return { version: observedVersion, release: observed, observed };
  }
}

/**
 * Returns the new entry of a program: the names that were observed and defined in this run, or else the previous ones.
 * Without sources, the previous entry of the same version stays, because only the sources show which names the release
 * still has.
 */
export function updated(
  before: CatalogueEntry | undefined,
  observation: CatalogueEntry | undefined,
  defined: Defined | undefined,
): CatalogueEntry | undefined {
  if (observation === undefined)
    return defined ? withDefined(before?.observedVersion ? before : nothing(defined), defined) : before;
  // Sources and test data that are read now replace the previous possible names.
  const entry = mergeEntries(defined ? before && withoutPossible(before) : before, observation);
  if (defined) return withDefined(entry, defined);
  return before?.observedVersion === entry.observedVersion ? before : entry;
}

/** The entry of a program that never ran. */
function nothing({ version }: Defined): CatalogueEntry {
  return { version, observed: [] };
}

function withoutPossible(entry: CatalogueEntry): CatalogueEntry {
  const bare = ({ observed }: MetricNames) => ({ observed });
  const collectors = Object.entries(entry.collectors ?? {}).map(
    ([name, collector]) => [name, { byDefault: collector.byDefault, ...bare(collector) }] as const,
  );
  const { version, observedVersion } = entry;
  return { version, observedVersion, ...bare(entry), collectors: Object.fromEntries(collectors) };
}

/** Adds to an entry the metrics that the sources define, and the differences between both versions. */
function withDefined(entry: CatalogueEntry, defined: Defined): CatalogueEntry {
  const { collectors, ...rest } = entry;
  const { version } = defined;
  const seen = new Set([rest, ...Object.values(collectors ?? {})].flatMap((names) => names.observed));
  const [release, observed] = [emittedDefinitions(defined.release, seen), emittedDefinitions(defined.observed, seen)];
  const of = (definitions: readonly Definition[], collector?: string) =>
    definitions.filter((each) => each.collector === collector).map(({ name }) => name);
  const { observedVersion } = rest;
  const head = { version, ...(observedVersion === undefined ? {} : { observedVersion }) };
  if (collectors === undefined) return { ...head, ...namesWith(rest, [], all(release), all(observed), false) };
  const result: Record<string, Collector> = {};
  for (const [name, collector] of Object.entries(collectors)) {
    const others = Object.entries(collectors).filter(([other]) => other !== name && isRelated(other, name));
    const elsewhere = others.flatMap(([, names]) => [...names.observed, ...(names.possible ?? [])]);
    // The sources do not say which metrics belong to an option of a collector.
    const isOption = name.includes(".");
    const names = isOption ? collector : namesWith(collector, elsewhere, of(release, name), of(observed, name), true);
    result[name] = { byDefault: collector.byDefault, ...names };
  }
  return { ...head, ...namesWith(rest, [], of(release), of(observed), true), collectors: result };
}

function all(definitions: readonly Definition[]): string[] {
  return definitions.map(({ name }) => name);
}

/** Whether both are the same collector or options of one collector. */
function isRelated(a: string, b: string): boolean {
  return a.split(".")[0] === b.split(".")[0];
}

/**
 * Returns the names of a collector or component.
 *
 * @param elsewhere names that options of the collector emit
 * @param withPatterns whether names can contain parts that hardware or the kernel determines
 */
function namesWith(
  { observed, possible = [] }: MetricNames,
  elsewhere: readonly string[],
  release: readonly string[],
  ran: readonly string[],
  withPatterns: boolean,
): MetricNames {
  const [now, before] = [split(release), split(ran)];
  const removed = sorted(new Set([...observed, ...before.names])).filter(
    (name) => before.names.has(name) && !now.names.has(name) && !matches(now.patterns, name),
  );
  const isRemoved = (name: string) => removed.includes(name);
  const stays = observed.filter((name) => !isRemoved(name));
  const others = sorted(new Set([...possible, ...now.names])).filter(
    (name) => !isRemoved(name) && !stays.includes(name) && !elsewhere.includes(name),
  );
  const isAdded = (name: string) =>
    now.names.has(name) && !before.names.has(name) && !matches(before.patterns, name) && !possible.includes(name);
  return {
    observed: stays,
    ...nonEmpty(
      "possible",
      others.filter((name) => !isAdded(name)),
    ),
    ...nonEmpty("added", others.filter(isAdded)),
    ...nonEmpty("removed", removed),
    ...nonEmpty("patterns", withPatterns ? widest(now.patterns) : []),
  };
}

function split(all: readonly string[]): { readonly names: Set<string>; readonly patterns: string[] } {
  const isPattern = (name: string) => name.includes("*");
  // A pattern that begins with an unknown part matches metrics of other programs.
  const patterns = all.filter((name) => isPattern(name) && !name.startsWith("*"));
  return { names: new Set(all.filter((name) => !isPattern(name))), patterns: sorted(new Set(patterns)) };
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => new Pattern(pattern).matches(name));
}

/** The patterns that no other pattern includes. */
function widest(patterns: readonly string[]): string[] {
  return patterns.filter(
    (pattern) =>
      !matches(
        patterns.filter((other) => other !== pattern),
        pattern,
      ),
  );
}

function nonEmpty<K extends string>(key: K, names: readonly string[]): Partial<Record<K, readonly string[]>> {
  return names.length > 0 ? ({ [key]: names } as Record<K, readonly string[]>) : {};
}
