import { Edge, Source } from "./access";
import { groupBy } from "../grouping";
import { ServerSets } from "./server-sets";

/** Edges of the access graph that differ only in their source or their destination. */
export interface AccessRow {
  /** The names of servers, or CIDR blocks. */
  readonly sources: readonly string[];
  /** The kind of component that connects from the servers. */
  readonly sourceKind?: string;
  /** The names of the servers that are connected to. */
  readonly destinations: readonly string[];
  /** The kind of component that is reached, and the name of its listener. */
  readonly kind: string;
  readonly listener: string;
  readonly port: number;
  readonly protocol: string;
  readonly reason: string;
}

/** The access graph as a matrix, in the order of its destinations. What stays within a server passes no firewall, and is left out. */
export function accessMatrix(edges: readonly Edge[]): AccessRow[] {
  const single = edges
    .filter(({ source, destination }) => source.server !== destination)
    .map(({ source, destination, kind, listener, reason }): AccessRow => ({
      sources: [sourceName(source)],
      ...(source.kind === undefined ? {} : { sourceKind: source.kind }),
      destinations: [destination],
      kind,
      listener: listener.name,
      port: listener.port,
      protocol: listener.protocol,
      reason,
    }));
  const byDestination = merged(single, "destinations");
  return merged(byDestination, "sources")
    .map((row) => ({ row, key: sortKey(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

/** The matrix as a Markdown table, which can be read on a terminal too. */
export function accessTable(rows: readonly AccessRow[], sets: ServerSets): string {
  const lines = [
    ["from", "to", "port", "what", "why"],
    ...rows.map(({ sources, sourceKind, destinations, kind, listener, port, protocol, reason }) => [
      sourceKind === undefined ? sources.join(", ") : `${sourceKind} on ${sets.text(sources)}`,
      sets.text(destinations),
      `${port}/${protocol}`,
      kind === listener ? kind : `${kind} (${listener})`,
      reason.replace(/\s+/g, " ").replace(/[\\|]/g, "\\$&"),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const [head = "", ...body] = lines.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}

/** Who connects: a server's name, or a block. */
export function sourceName({ server, cidr }: Source): string {
  return server ?? cidr ?? "";
}

/** Rows that differ in one of their sides only become one. */
function merged(rows: readonly AccessRow[], side: "sources" | "destinations"): AccessRow[] {
  const groups = groupBy(rows, (row) => JSON.stringify({ ...row, [side]: [] }));
  return [...groups.values()].flatMap((same) =>
    same.slice(0, 1).map((first) => ({ ...first, [side]: [...new Set(same.flatMap((row) => row[side]))].sort() })),
  );
}

function sortKey({ destinations, port, protocol, sourceKind = "", sources, reason }: AccessRow): string {
  return [destinations.join(), String(port).padStart(5, "0"), protocol, sourceKind, sources.join(), reason].join(" ");
}
