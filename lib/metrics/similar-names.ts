import { distance } from "fastest-levenshtein";

/** The names closest to one that there is not, nearest first: those that begin with it, then those written alike. */
export function similarNames(name: string, names: Iterable<string>, count = 3): string[] {
  const ranked = [...names].map((other) => ({ other, rank: other.startsWith(name) ? 0 : distance(name, other) }));
  return ranked
    .filter(({ rank }) => rank <= name.length * LIKENESS)
    .sort((a, b) => a.rank - b.rank || (a.other < b.other ? -1 : 1))
    .slice(0, count)
    .map(({ other }) => other);
}

/** Up to which part of a name's letters may differ in one that is meant instead. */
const LIKENESS = 0.5;
