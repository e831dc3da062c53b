import { Edge } from "../../lib/access/access";

/** Returns the names in a range. */
export function expandRanges(range: string): string[] {
  const [first = "", last] = range.split(" … ");
  if (last === undefined) return [first];
  const prefix = first.replace(/(0|[1-9]\d{0,8})$/, "");
  const from = Number(first.slice(prefix.length));
  const to = Number(last.slice(prefix.length));
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);
}

/** Returns the servers or blocks that a cell or a box names; `fleets` holds the named sets of the document. */
function expand(text: string, fleets: ReadonlyMap<string, string>): string[] {
  const plain = text.replace(/ \(\d+ servers\)$/, "");
  return (fleets.get(plain) ?? plain).split(", ").flatMap(expandRanges);
}

function fleetsOf(document: string): ReadonlyMap<string, string> {
  return new Map(
    [...document.matchAll(/^- (fleet \d+): (.*)$/gm)].map(([, fleet = "", names = ""]) => [fleet, names] as const),
  );
}

/** Writes an edge as the table of a document does. */
export function tableEdge({ source, destination, kind, listener, reason }: Edge): string {
  const from = source.server === undefined ? (source.cidr ?? "") : `${source.kind ?? ""} on ${source.server}`;
  const what = kind === listener.name ? kind : `${kind} (${listener.name})`;
  return [from, destination, `${listener.port}/${listener.protocol}`, what, reason].join(" | ");
}

/** Returns all edges in the table of a document, sorted, as {@link tableEdge} writes them. */
export function readTable(document: string): string[] {
  const fleets = fleetsOf(document);
  const rows = document.split("\n").filter((line) => line.startsWith("| "));
  return rows
    .slice(2)
    .flatMap((row) => {
      const cells = row
        .slice(2, -2)
        .split(/(?<!\\) \| /)
        .map((cell) => cell.trim().replace(/\\([\\|])/g, "$1"));
      const [from = "", to = "", ...rest] = cells;
      const [, kind = "", servers = from] = /^(\w+ on )(.*)$/.exec(from) ?? [];
      return expand(servers, fleets).flatMap((source) =>
        expand(to, fleets).map((destination) => [`${kind}${source}`, destination, ...rest].join(" | ")),
      );
    })
    .sort();
}

/** Writes an edge as the diagram of a document does. */
export function diagramEdge({ source, destination, kind, listener, reason }: Edge): string {
  const from = source.server === undefined ? (source.cidr ?? "") : `${source.kind ?? ""} on ${source.server}`;
  return `${from} -> ${kind} on ${destination} ${listener.port}/${listener.protocol}: ${reason}`;
}

/** Returns all edges in the diagram of a document, sorted, as {@link diagramEdge} writes them. */
export function readDiagram(document: string): string[] {
  const fleets = fleetsOf(document);
  const boxes = new Map<string, readonly string[]>();
  for (const [, id = "", label = ""] of document.matchAll(/^ {2}subgraph (s\d+)\["(.*)"\]$/gm))
    boxes.set(id, expand(label, fleets));
  const outside = new Map(
    [...document.matchAll(/^ {2}(o\d+)\(\["(.*)"\]\)$/gm)].map(([, id = "", label = ""]) => [id, label.split(", ")]),
  );
  const ends = (node: string): string[] => {
    const [, id = "", kind = ""] = /^(s\d+)_(\w+)$/.exec(node) ?? [];
    return outside.get(node) ?? (boxes.get(id) ?? []).map((server) => `${kind} on ${server}`);
  };
  const arrows = [...document.matchAll(/^ {2}(\w+) -->\|"(\S+): (.*)"\| (\w+)$/gm)];
  return arrows
    .flatMap(([, from = "", port = "", reasons = "", to = ""]) =>
      ends(from).flatMap((source) =>
        ends(to).flatMap((destination) =>
          reasons.split("; ").map((reason) => `${source} -> ${destination} ${port}: ${reason}`),
        ),
      ),
    )
    .sort();
}
