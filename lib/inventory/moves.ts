/** Where each kind of component was when its last run had succeeded: by kind and server, the server's machine. */
export type Placements = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A kind of component as it is placed now. */
export interface PlacedKind {
  readonly kind: string;
  /** The servers that are to have one. */
  readonly servers: readonly string[];
}

/**
 * Which data would go with a server that is removed in the same edit as its component moves elsewhere, as a sentence for
 * each kind: the data could only come from a machine that is gone by then.
 *
 * @param before as the last deploy left it
 * @param now what is placed and is to keep its data
 * @param machines the machine of each member, by its name, where that is known before Terraform runs
 */
export function lostDataProblems(
  before: Placements,
  now: readonly PlacedKind[],
  machines: ReadonlyMap<string, string | undefined>,
): string[] {
  const present = new Set(machines.values());
  return now.flatMap(({ kind, servers }) => {
    const was = Object.entries(before[kind] ?? {});
    const known = new Set(was.flat());
    // The same machine may only be called otherwise now.
    const begins = servers.filter((name) => !known.has(name) && !known.has(machines.get(name) ?? name));
    const gone = was.filter(([name, machine]) => !machines.has(name) && !present.has(machine)).map(([name]) => name);
    const sources = was.filter(([name]) => machines.has(name) && !servers.includes(name));
    if (gone.length === 0 || begins.length <= sources.length) return [];
    return [
      `${kind} was on ${quoted(gone)}, which is no member any more, and is to be on ${quoted(begins)}: its data would be lost with that server. Deploy twice: first with both servers, so that the data move, then without the old one; or, to begin without the data, set onMove to OnMove.DISCARD`,
    ];
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" and ");
}
