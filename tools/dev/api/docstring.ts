import { Doc } from "./model";

/** A tag of a docstring, such as `@default`. */
interface Tag {
  readonly name: string;
  readonly text: string;
}

/** Parses a docstring. */
export function docOf(text: string, tags: readonly Tag[]): Doc {
  const texts = (name: string): string[] => tags.filter((tag) => tag.name === name).map((tag) => tag.text);
  const joined = (name: string): string | undefined => {
    const found = texts(name).map(singleLine);
    return found.length === 0 ? undefined : found.join(" ");
  };
  const parameters = texts("param").flatMap((value) => {
    const [, name = "", description = ""] = /^(\w+)\s+-?\s*([^]*)$/.exec(value) ?? [];
    return name === "" ? [] : [[name, singleLine(description)] as const];
  });
  return {
    text: paragraphs(text),
    default: joined("default"),
    throws: joined("throws"),
    returns: joined("returns"),
    examples: texts("example").map(unfenced),
    parameters: Object.fromEntries(parameters),
    extension: tags.some(({ name }) => name === "extension"),
  };
}

/** Turns the text of a docstring into Markdown: links to code become names, and URLs become links. */
function markdown(text: string): string {
  return text
    .replace(/\{@link (\S+?)\s*\}/g, "`$1`")
    .split("`")
    .map((part, index) =>
      index % 2 === 0 ? part.replace(/(?<![<(])\bhttps?:\/\/[^\s<>]*[^\s<>.,;:)]/g, "<$&>") : part,
    )
    .join("`");
}

function singleLine(text: string): string {
  return markdown(text).replace(/\s+/g, " ").trim();
}

/** Joins the lines of each paragraph. Keeps the lines of lists and tables. */
function paragraphs(text: string): string {
  return markdown(text)
    .split(/\n{2,}/)
    .map((part) => (/^\s*[-|]/m.test(part) ? part.trim() : singleLine(part)))
    .join("\n\n");
}

/** The code of an example without a Markdown fence. */
function unfenced(code: string): string {
  return code.trim().replace(/^```\w*\n([^]*?)\n```$/, "$1");
}
