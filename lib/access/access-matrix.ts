import { groupBy } from "../grouping";
import { Edge, Source } from "./access";
import { ServerSets } from "./server-sets";

/** Edges of the access graph that differ only in their source or their destination. */
export interface AccessRow {
  /** Names of servers, or CIDR blocks. */
  readonly sources: readonly string[];
  /** Kind of component that connects from the servers; undefined for CIDR blocks. */
  readonly sourceKind?: string;
  /** Names of the servers that accept the connection. */
  readonly destinations: readonly string[];
  /** Kind of component that accepts the connection. */
  readonly kind: string;
  /** Name of the listener that accepts the connection. */
  readonly listener: string;
  readonly port: number;
  readonly protocol: string;
  readonly reason: string;
}

/** Returns the access graph as rows, sorted by destination. */
export function accessMatrix(edges: readonly Edge[]): AccessRow[] {
  const single = edges.map(({ source, destination, kind, listener, reason }): AccessRow => ({
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

/** Returns the rows as a Markdown table whose columns are aligned, so that it is readable on a terminal. */
export function accessTable(rows: readonly AccessRow[], sets: ServerSets): string {
  const lines = [
    ["source", "destination", "port", "service", "purpose"],
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

/** Returns the name of a source: a server's name or a CIDR block. */
export function sourceName({ server, cidr }: Source): string {
  return server ?? cidr ?? "";
}

/** Merges rows that differ only in their sources, or only in their destinations. */
function merged(rows: readonly AccessRow[], side: "sources" | "destinations"): AccessRow[] {
  const groups = groupBy(rows, (row) => JSON.stringify({ ...row, [side]: [] }));
  return [...groups.values()].flatMap((same) =>
    same.slice(0, 1).map((first) => ({ ...first, [side]: [...new Set(same.flatMap((row) => row[side]))].sort() })),
  );
}

function sortKey({ destinations, port, protocol, sourceKind = "", sources, reason }: AccessRow): string {
  return [destinations.join(), String(port).padStart(5, "0"), protocol, sourceKind, sources.join(), reason].join(" ");
}
