import { accessMatrix, accessTable } from "./access-matrix";
import { accessDiagram, DiagramInput } from "./access-diagram";
import { ServerSets } from "./server-sets";

/** How the names of the files end in which such documents are. */
export const ACCESS_FILE = "access.md";

const FENCE = "```";

/** The access graph for people, as a Markdown document: the matrix, and a picture in Mermaid. */
export function accessDocument(title: string, input: DiagramInput): string {
  const sets = new ServerSets();
  const table = accessTable(accessMatrix(input.edges), sets);
  const picture = accessDiagram(input, sets);
  const paragraphs = [
    `# ${title}`,
    "What is let in to the servers, and why: the firewalls follow from the same list. What stays within a server is not in the table.",
    table,
    ...(sets.definitions.length === 0 ? [] : [sets.definitions.map((fleet) => `- ${fleet}`).join("\n")]),
    `${FENCE}mermaid\n${picture}\n${FENCE}`,
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/** The picture of a document, in Mermaid's own words. */
export function diagramOf(document: string): string {
  return document.split(`${FENCE}mermaid\n`)[1]?.split(`\n${FENCE}`)[0] ?? "";
}
