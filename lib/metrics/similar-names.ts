import { distance } from "fastest-levenshtein";

/** Share of a name's letters that can differ in a similar name. */
const MAX_DIFFERENCE = 0.5;

/**
 * Returns the names most similar to an unknown one: names that begin with it, then names with few different letters.
 */
export function similarNames(name: string, names: Iterable<string>, count = 3): string[] {
  const ranked = [...names].map((other) => ({ other, rank: other.startsWith(name) ? 0 : distance(name, other) }));
  return ranked
    .filter(({ rank }) => rank <= name.length * MAX_DIFFERENCE)
    .sort((a, b) => a.rank - b.rank || (a.other < b.other ? -1 : 1))
    .slice(0, count)
    .map(({ other }) => other);
}

/** Returns a question such as `did you mean up or down?`; undefined if no name is similar. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const similar = similarNames(name, names);
  return similar.length === 0 ? undefined : `did you mean ${similar.join(" or ")}?`;
}
