import type { CatalogueEntry, Collector, MetricNames } from "../../../lib/metrics/catalogue-entry";
import { sorted } from "./program";

/** Adds the metrics of the previous entry to the observed ones, because they may come from other hardware. */
export function mergeEntries(before: CatalogueEntry | undefined, now: CatalogueEntry): CatalogueEntry {
  const old = before?.observedVersion === now.observedVersion ? before : undefined;
  const { version, observedVersion } = now;
  const head = { version, observedVersion, ...mergeNames(old, now) };
  if (now.collectors === undefined) return head;
  const collectors: Record<string, Collector> = {};
  for (const name of sorted(new Set([...Object.keys(old?.collectors ?? {}), ...Object.keys(now.collectors)]))) {
    const [past, present] = [old?.collectors?.[name], now.collectors[name]];
    collectors[name] = {
      byDefault: present?.byDefault ?? past?.byDefault ?? false,
      ...mergeNames(past, present),
    };
  }
  return { ...head, collectors };
}

function mergeNames(...lists: readonly (MetricNames | undefined)[]): MetricNames {
  return metricNamesOf(
    lists.flatMap((names) => names?.observed ?? []),
    lists.flatMap((names) => names?.possible ?? []),
  );
}

/** Sorts names and removes duplicates. A name that was observed once is not listed as possible. */
export function metricNamesOf(observed: Iterable<string>, possible: Iterable<string>): MetricNames {
  const seen = new Set(observed);
  const others = sorted(new Set(possible)).filter((name) => !seen.has(name));
  return { observed: sorted(seen), ...(others.length > 0 ? { possible: others } : {}) };
}
