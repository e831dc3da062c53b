import { accessDiagram, DiagramInput } from "./access-diagram";
import { accessMatrix, accessTable } from "./access-matrix";
import { ServerSets } from "./server-sets";

/** Suffix of the names of access documents. */
export const ACCESS_FILE = "access.md";

const FENCE = "```";

/** Returns the access graph as a Markdown document with a table and a Mermaid diagram. */
export function accessDocument(title: string, input: DiagramInput): string {
  const sets = new ServerSets();
  const table = accessTable(accessMatrix(input.edges), sets);
  const diagram = accessDiagram(input, sets);
  const paragraphs = [
    `# ${title}`,
    "Host firewalls and security groups allow only these inbound connections. On the server of the source, only root and the system user of the component can open its connections. Within a server, only the components in the table, root and the users for SSH tunnels can connect to a port.",
    table,
    ...(sets.definitions.length === 0 ? [] : [sets.definitions.map((fleet) => `- ${fleet}`).join("\n")]),
    `${FENCE}mermaid\n${diagram}\n${FENCE}`,
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/** Returns the Mermaid source of an access document's diagram. */
export function diagramOf(document: string): string {
  return document.split(`${FENCE}mermaid\n`)[1]?.split(`\n${FENCE}`)[0] ?? "";
}
