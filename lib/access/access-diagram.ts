import { groupBy } from "../grouping";
import { Edge, Placement } from "./access";
import { sourceName } from "./access-matrix";
import { ServerSets } from "./server-sets";

/** Input of an access diagram. */
export interface DiagramInput {
  /** Components by server. */
  readonly placements: readonly Pick<Placement, "kind" | "server">[];
  /** The access graph. */
  readonly edges: readonly Edge[];
}

/** Servers with the same components and the same inbound connections, drawn as one box. */
interface Box {
  readonly id: string;
  readonly servers: readonly string[];
  readonly kinds: readonly string[];
}

/** CIDR blocks that the diagram draws as nodes outside the boxes. */
interface Outside {
  readonly nodes: readonly { readonly id: string; readonly cidrs: readonly string[] }[];
  /** Id of each block's node, by block. */
  readonly ids: ReadonlyMap<string, string>;
}

/** An arrow between the ids of two nodes. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/**
 * Returns the topology and its access graph as a Mermaid flowchart. Servers of the same shape share a box, so that the
 * diagram does not grow with the fleet.
 */
export function accessDiagram({ placements, edges }: DiagramInput, sets: ServerSets): string {
  const boxes = boxesOf(placements, edges);
  const boxIds = new Map(boxes.flatMap(({ id, servers }) => servers.map((server) => [server, id])));
  const outside = outsideOf(edges, (server) => boxIds.get(server) ?? "");
  const arrows = arrowsOf(edges, (server, kind) => `${boxIds.get(server) ?? ""}_${kind}`, outside.ids);
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
  const inbound = groupBy(edges, ({ destination }) => destination);
  const outbound = groupBy(
    edges.flatMap(({ source: { server, kind } }) =>
      server !== undefined && kind !== undefined ? [{ server, kind }] : [],
    ),
    ({ server }) => server,
  );
  const servers = unique([...placed.keys(), ...inbound.keys(), ...outbound.keys()]);
  const shapes = servers.map((server) => {
    const into = inbound.get(server) ?? [];
    const components = [...(placed.get(server) ?? []), ...(outbound.get(server) ?? []), ...into];
    const kinds = unique(components.map(({ kind }) => kind));
    // The name of the source server is left out, so that servers that connect to each other can share a box.
    const connections = unique(into.map((edge) => JSON.stringify([edge.source.cidr, edge.kind, labelOf([edge])])));
    return { server, kinds, shape: JSON.stringify([kinds, connections]) };
  });
  return [...groupBy(shapes, ({ shape }) => shape).values()].map((same, index) => ({
    id: `s${index}`,
    servers: same.map(({ server }) => server),
    kinds: same[0]?.kinds ?? [],
  }));
}

/** Returns the CIDR blocks of the graph. Blocks with the same connections share a node. */
function outsideOf(edges: readonly Edge[], boxOf: (server: string) => string): Outside {
  const byBlock = groupBy(
    edges.filter(({ source }) => source.server === undefined),
    ({ source }) => sourceName(source),
  );
  const shapes = [...byBlock].map(([cidr, from]) => ({
    cidr,
    shape: unique(from.map((edge) => JSON.stringify([boxOf(edge.destination), edge.kind, labelOf([edge])]))).join(),
  }));
  const nodes = [...groupBy(shapes, ({ shape }) => shape).values()].map((same, index) => ({
    id: `o${index}`,
    cidrs: same.map(({ cidr }) => cidr),
  }));
  return { nodes, ids: new Map(nodes.flatMap(({ id, cidrs }) => cidrs.map((cidr) => [cidr, id]))) };
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

/** Returns the port and the purposes of edges between the same two nodes. */
function labelOf(edges: readonly Edge[]): string {
  const reasons = unique(edges.map(({ reason }) => reason.replace(/\s+/g, " "))).join("; ");
  const [first] = edges;
  return first ? `${first.listener.port}/${first.listener.protocol}: ${reasons}` : reasons;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** Quotes a text for Mermaid (mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters). */
function quoted(text: string): string {
  return `"${text.replace(/[#"<>]/g, (char) => `#${char.charCodeAt(0)};`)}"`;
}
