import { groupBy } from "../grouping";

/** How many names or ranges of names stand in a line; a set of more has a name of its own. */
const MOST_IN_LINE = 4;
/** The order in which people look for names: app-9 before app-10. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/**
 * Sets of servers as short texts that still say every name: servers whose names are numbered as a range, and what is
 * longer by a name that is explained once.
 */
export class ServerSets {
  private readonly fleets = new Map<string, string>();

  /** A set as a text, such as `hub`, `app-0 … app-999 (1000 servers)` or `fleet 1 (40 servers)`. */
  public text(names: readonly string[]): string {
    const ranges = nameRanges(names);
    const all = ranges.join(", ");
    if (ranges.length === names.length && ranges.length <= MOST_IN_LINE) return all;
    return `${ranges.length <= MOST_IN_LINE ? all : this.fleet(all)} (${names.length} servers)`;
  }

  /** The sets that got names so far, each as `fleet 1: a, b, c …`. */
  public get definitions(): string[] {
    return [...this.fleets].map(([all, fleet]) => `${fleet}: ${all}`);
  }

  private fleet(all: string): string {
    const fleet = this.fleets.get(all) ?? `fleet ${this.fleets.size + 1}`;
    this.fleets.set(all, fleet);
    return fleet;
  }
}

/** Names in their order, three and more with consecutive numbers at their end as one range: `app-0 … app-999`. */
export function nameRanges(names: readonly string[]): string[] {
  const numbered = names.map((name) => {
    // Not beyond nine digits, which are exact; what is before them, zeros too, belongs to the prefix.
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
    const open = found.at(-1);
    // A name without a number is no neighbour of one with 0.
    if (open && open.first >= 0 && open.last === number - 1) found[found.length - 1] = { ...open, last: number };
    else found.push({ first: number, last: number });
  }
  return found;
}
