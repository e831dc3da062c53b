import { Edge, Placement } from "./access";
import { sourceName } from "./access-matrix";
import { groupBy } from "../grouping";
import { ServerSets } from "./server-sets";

/** What the picture shows. */
export interface DiagramInput {
  readonly placements: readonly Pick<Placement, "kind" | "server">[];
  /** The access graph. */
  readonly edges: readonly Edge[];
}

/** Servers that have the same components, and are reached alike: one box of the picture. */
interface Box {
  readonly id: string;
  readonly servers: readonly string[];
  readonly kinds: readonly string[];
}

/** An arrow, by the ids of its ends. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/**
 * The topology and its access graph as a Mermaid flowchart: servers with what is placed on them, blocks from which
 * people come, and who connects to what. Like servers share a box, so it does not grow with the fleet.
 */
export function accessDiagram({ placements, edges }: DiagramInput, sets: ServerSets): string {
  const boxes = boxesOf(placements, edges);
  const boxOf = new Map(boxes.flatMap(({ id, servers }) => servers.map((server) => [server, id])));
  const outside = outsideOf(edges, (server) => boxOf.get(server) ?? "");
  const arrows = arrowsOf(edges, (server, kind) => `${boxOf.get(server) ?? ""}_${kind}`, outside.idOf);
  return [
    "flowchart LR",
    ...outside.nodes.map(({ id, cidrs }) => `  ${id}([${quoted(cidrs.join(", "))}])`),
    ...boxes.flatMap(({ id, servers, kinds }) => [
      `  subgraph ${id}[${quoted(sets.text(servers))}]`,
      ...kinds.map((kind) => `    ${id}_${kind}[${quoted(kind)}]`),
      "  end",
    ]),
    ...arrows.map(({ from, to, label }) => `  ${from} -->|${quoted(label)}| ${to}`),
  ].join("\n");
}

function boxesOf(placements: DiagramInput["placements"], edges: readonly Edge[]): Box[] {
  const placed = groupBy(placements, ({ server }) => server);
  const reached = groupBy(edges, ({ destination }) => destination);
  const connecting = groupBy(
    edges.flatMap(({ source: { server, kind } }) =>
      server !== undefined && kind !== undefined ? [{ server, kind }] : [],
    ),
    ({ server }) => server,
  );
  const servers = unique([...placed.keys(), ...reached.keys(), ...connecting.keys()]);
  const looks = servers.map((server) => {
    const into = reached.get(server) ?? [];
    const there = [...(placed.get(server) ?? []), ...(connecting.get(server) ?? []), ...into];
    const kinds = unique(there.map(({ kind }) => kind));
    // Who else connects follows from what is placed, so that servers which serve each other may be alike.
    const ways = unique(into.map((edge) => JSON.stringify([edge.source.cidr, edge.kind, labelOf([edge])])));
    return { server, kinds, look: JSON.stringify([kinds, ways]) };
  });
  return [...groupBy(looks, ({ look }) => look).values()].map((alike, index) => ({
    id: `s${index}`,
    servers: alike.map(({ server }) => server),
    kinds: alike[0]?.kinds ?? [],
  }));
}

/** The blocks that are no servers; those that reach the same share a node. */
function outsideOf(
  edges: readonly Edge[],
  boxOf: (server: string) => string,
): {
  readonly nodes: readonly { readonly id: string; readonly cidrs: readonly string[] }[];
  readonly idOf: ReadonlyMap<string, string>;
} {
  const byBlock = groupBy(
    edges.filter(({ source }) => source.server === undefined),
    ({ source }) => sourceName(source),
  );
  const blocks = [...byBlock].map(([cidr, from]) => ({
    cidr,
    look: unique(from.map((edge) => JSON.stringify([boxOf(edge.destination), edge.kind, labelOf([edge])]))).join(),
  }));
  const nodes = [...groupBy(blocks, ({ look }) => look).values()].map((alike, index) => ({
    id: `o${index}`,
    cidrs: alike.map(({ cidr }) => cidr),
  }));
  return { nodes, idOf: new Map(nodes.flatMap(({ id, cidrs }) => cidrs.map((cidr) => [cidr, id]))) };
}

function arrowsOf(
  edges: readonly Edge[],
  nodeOf: (server: string, kind: string) => string,
  outside: ReadonlyMap<string, string>,
): Arrow[] {
  const ends = edges.map((edge) => ({
    edge,
    from:
      edge.source.server === undefined
        ? (outside.get(sourceName(edge.source)) ?? "")
        : nodeOf(edge.source.server, edge.source.kind ?? ""),
    to: nodeOf(edge.destination, edge.kind),
  }));
  const bundles = groupBy(ends, ({ edge: { listener }, from, to }) =>
    [from, to, listener.port, listener.protocol].join(" "),
  );
  return [...bundles.values()].flatMap((same) =>
    same.slice(0, 1).map(({ from, to }) => ({ from, to, label: labelOf(same.map(({ edge }) => edge)) })),
  );
}

/** The port, and the reasons for which it is reached. */
function labelOf(edges: readonly Edge[]): string {
  const reasons = unique(edges.map(({ reason }) => reason.replace(/\s+/g, " "))).join("; ");
  const [first] = edges;
  return first ? `${first.listener.port}/${first.listener.protocol}: ${reasons}` : reasons;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** A text in quotes, as Mermaid reads it (mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters). */
function quoted(text: string): string {
  return `"${text.replace(/[#"<>]/g, (char) => `#${char.charCodeAt(0)};`)}"`;
}
