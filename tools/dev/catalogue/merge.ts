import type { CatalogueEntry, Collector } from "../../../lib/metrics/catalogue";
import { sorted } from "./program";

/** Merges an entry with the previous one of the same version, because other hardware has other metrics. */
export function mergeEntries(before: CatalogueEntry | undefined, now: CatalogueEntry): CatalogueEntry {
  const old = before?.version === now.version ? before : undefined;
  const metrics = sorted(new Set([...(old?.metrics ?? []), ...now.metrics]));
  if (now.collectors === undefined) return { version: now.version, metrics };
  const collectors: Record<string, Collector> = {};
  for (const name of sorted(new Set([...Object.keys(old?.collectors ?? {}), ...Object.keys(now.collectors)]))) {
    const [past, present] = [old?.collectors?.[name], now.collectors[name]];
    collectors[name] = {
      byDefault: present?.byDefault ?? past?.byDefault ?? false,
      metrics: sorted(new Set([...(past?.metrics ?? []), ...(present?.metrics ?? [])])),
    };
  }
  return { version: now.version, metrics, collectors };
}
