/**
 * Servers of each kind of component after its last successful run, by kind. Each entry maps the name of a server to its
 * machine.
 */
export type Placements = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A kind of component and its current hosts. */
export interface PlacedKind {
  readonly kind: string;
  /** Names of the servers that run the component. */
  readonly servers: readonly string[];
}

/**
 * Returns a message for each component whose data would be lost, because the same change moves the component and
 * removes the server that holds the data.
 *
 * @param before placements after the last deploy
 * @param now current placements of components that keep their data
 * @param machines machine of each member by its name; undefined if only Terraform knows it
 */
export function lostDataProblems(
  before: Placements,
  now: readonly PlacedKind[],
  machines: ReadonlyMap<string, string | undefined>,
): string[] {
  const present = new Set(machines.values());
  return now.flatMap(({ kind, servers }) => {
    const previous = Object.entries(before[kind] ?? {});
    const known = new Set(previous.flat());
    // A renamed server is not a new host, because it is the same machine.
    const added = servers.filter((name) => !known.has(name) && !known.has(machines.get(name) ?? name));
    const lost = previous
      .filter(([name, machine]) => !machines.has(name) && !present.has(machine))
      .map(([name]) => name);
    const sources = previous.filter(([name]) => machines.has(name) && !servers.includes(name));
    if (lost.length === 0 || added.length <= sources.length) return [];
    return [
      `${kind} moves from ${quoted(lost)} to ${quoted(added)}, but ${quoted(lost)} is no longer a member, so its data would be lost: keep the old server for one deploy, which copies the data, and then remove it; or set onMove to OnMove.DISCARD to start without the data`,
    ];
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" and ");
}
