/** An arrow of a diagram that people draw: `from -->|"9100, 9080: why"| to`. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly number[];
}

/** An arrow of a generated access graph. */
export interface RealEdge {
  /** The server and the component at each end; `technicians` stands for a CIDR block. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly port: number;
}

/** The arrows of a document's Mermaid diagram, whose labels begin with ports. */
export function drawnEdges(document: string): DrawnEdge[] {
  return arrows(document).map(([from, label, to]) => ({
    from,
    to,
    ports: (label.split(":")[0] ?? "").split(",").map(Number),
  }));
}

/** The arrows of a generated access graph, by the names of servers and components. */
export function edgesOfPicture(document: string): RealEdge[] {
  const boxes = new Map(
    [...document.matchAll(/^ {2}subgraph (\w+)\["(.*)"\]$/gm)].map(([, id = "", names = ""]) => [
      id,
      names.split(", "),
    ]),
  );
  const end = (id: string): string[] => {
    const [box = "", ...kind] = id.split("_");
    return boxes.has(box) ? [...(boxes.get(box) ?? []), kind.join("_")] : ["technicians"];
  };
  return arrows(document).map(([from, label, to]) => ({ from: end(from), to: end(to), port: parseInt(label) }));
}

/** Whether a real edge is one of those that a drawn arrow stands for. */
export function matches({ from, to, port }: RealEdge, source: string, destination: string, wanted: number): boolean {
  return port === wanted && from.includes(source) && to.includes(destination);
}

function arrows(document: string): (readonly [from: string, label: string, to: string])[] {
  const [, diagram = ""] = /```mermaid\n([^]*?)```/.exec(document) ?? [];
  return [...diagram.matchAll(/^ +(\w+) -->\|"(.*)"\| (\w+)$/gm)].map(
    ([, from = "", label = "", to = ""]) => [from, label, to] as const,
  );
}
