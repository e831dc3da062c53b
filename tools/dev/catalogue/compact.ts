import { mapNames, type Catalogue } from "../../../lib/metrics/catalogue-entry";
import { sorted } from "./program";

/** Returns a catalogue as its file contains it: one name for all series of a histogram or summary. */
export function compact(catalogue: Catalogue): object {
  return mapNames(catalogue, compactNames);
}

/** Returns names in which one name stands for all series of a histogram or summary: see `withAlternatives`. */
export function compactNames(names: readonly string[]): string[] {
  const all = new Set(names);
  const has = (base: string, ends: readonly string[]) => ends.every((end) => all.has(base + end));
  const take = (base: string, ends: readonly string[]) => {
    for (const end of ends) all.delete(base + end);
    all.add(`${base}(${ends.join("|")})`);
  };
  for (const name of names) {
    const base = name.replace(/_count$/, "");
    if (base === name) continue;
    const ends = [HISTOGRAM, SUMMARY].find((each) => has(base, each));
    if (ends) take(base, ends);
  }
  return sorted(all);
}

const HISTOGRAM = ["_bucket", "_count", "_sum"];
const SUMMARY = ["", "_count", "_sum"];
