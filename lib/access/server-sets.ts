import { groupBy } from "../grouping";

/** Maximum number of names or ranges that are listed inline. A longer list gets a name and is defined once. */
const MAX_INLINE = 4;
/** Sorts app-9 before app-10. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/**
 * Abbreviates lists of server names without losing a name. Numbered names become ranges. A long list becomes a name,
 * such as `fleet 1`; {@link definitions} lists its servers.
 */
export class ServerSets {
  private readonly fleets = new Map<string, string>();

  /** Returns a set as a text, such as `hub`, `app-0 … app-999 (1000 servers)` or `fleet 1 (40 servers)`. */
  public text(names: readonly string[]): string {
    const ranges = nameRanges(names);
    const all = ranges.join(", ");
    if (ranges.length === names.length && ranges.length <= MAX_INLINE) return all;
    return `${ranges.length <= MAX_INLINE ? all : this.fleet(all)} (${names.length} servers)`;
  }

  /** Definitions of the named sets so far, each as `fleet 1: a, b, c …`. */
  public get definitions(): string[] {
    return [...this.fleets].map(([all, fleet]) => `${fleet}: ${all}`);
  }

  private fleet(all: string): string {
    const fleet = this.fleets.get(all) ?? `fleet ${this.fleets.size + 1}`;
    this.fleets.set(all, fleet);
    return fleet;
  }
}

/** Sorts names and joins three or more that end in consecutive numbers to one range: `app-0 … app-999`. */
export function nameRanges(names: readonly string[]): string[] {
  const numbered = names.map((name) => {
    // At most nine digits, so that the number is exact. Leading zeros belong to the prefix.
    const [, prefix = name, digits] = /^(.*?)(0|[1-9]\d{0,8})$/.exec(name) ?? [];
    return { prefix, number: digits === undefined ? -1 : Number(digits) };
  });
  return [...groupBy(numbered, ({ prefix }) => prefix)]
    .flatMap(([prefix, same]) => runs(same.map(({ number }) => number)).map((run) => rangeTexts(prefix, run)))
    .sort(([a = ""], [b = ""]) => NATURAL.compare(a, b) || (a < b ? -1 : 1))
    .flat();
}

function rangeTexts(prefix: string, { first, last }: Run): string[] {
  const name = (number: number): string => (number < 0 ? prefix : `${prefix}${number}`);
  if (last - first >= 2) return [`${name(first)} … ${name(last)}`];
  return first === last ? [name(first)] : [name(first), name(last)];
}

interface Run {
  readonly first: number;
  readonly last: number;
}

function runs(numbers: readonly number[]): Run[] {
  const found: Run[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const current = found.at(-1);
    // -1 stands for a name without a number. It must not form a range with 0.
    if (current && current.first >= 0 && current.last === number - 1)
      found[found.length - 1] = { ...current, last: number };
    else found.push({ first: number, last: number });
  }
  return found;
}
