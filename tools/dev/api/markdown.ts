import { Doc, Entry, Method, Property, TypeText } from "./model";
import { Page, Section } from "./pages";

/** Where each name is described, as links from a page. */
type Links = ReadonlyMap<string, string>;

/** The pages' texts by their files, with an index of them. */
export function renderPages(sections: readonly Section[]): ReadonlyMap<string, string> {
  const pages = sections.flatMap(({ pages: all }) => all);
  const links = new Map(
    pages.flatMap(({ name: page, subject, types }) => [
      ...(subject ? [[subject.name, `${page}.md`] as const] : []),
      ...types.map(({ name }) => [name, `${page}.md#${name.toLowerCase()}`] as const),
    ]),
  );
  return new Map([
    ["README.md", renderIndex(sections)],
    ...pages.map((page) => [`${page.name}.md`, renderPage(page, links)] as const),
  ]);
}

const NOTE = "<!-- Made from the docstrings by npm run docs. -->";

function renderIndex(sections: readonly Section[]): string {
  const row = ({ name, subject, types }: Page): string => {
    const what = subject ? cell(firstSentence(subject.doc.text)) : types.map((each) => `\`${each.name}\``).join(", ");
    return `| [${subject ? `\`${name}\`` : "Types"}](${name}.md) | ${what} |`;
  };
  const blocks = sections.flatMap(({ title, pages }) => [
    `## ${title}`,
    `| | |\n| --- | --- |\n${pages.map(row).join("\n")}`,
  ]);
  const words =
    "Each construct and value by its docstrings: props with their meanings and defaults, and what is refused.";
  return `${[NOTE, "# The constructs", words, ...blocks].join("\n\n")}\n`;
}

function renderPage({ name, subject, types }: Page, links: Links): string {
  // Links within a page begin at its own headings.
  const own = new Map(
    [...links].map(([target, link]) => [target, link.startsWith(`${name}.md#`) ? link.slice(name.length + 3) : link]),
  );
  const title = subject?.name ?? "Types for whoever extends it";
  const head = subject ? renderClass(subject, own) : [];
  const parts = [NOTE, `# ${title}`, ...head, ...types.flatMap((entry) => renderType(entry, own))];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n\n[All constructs](README.md)\n`;
}

function renderClass({ doc, file, bases, constructed, statics, properties, methods }: Entry, links: Links): string[] {
  const known = bases.filter(({ names }) => names.length > 0).map((base) => code(base, links));
  const is = known.length === 0 ? "" : `It is also a ${known.join(", ")}. `;
  return [
    doc.text,
    ...(constructed ? [signature(constructed, links)] : []),
    ...(statics.length === 0 ? [] : ["## How it is made", statics.map((each) => method(each, links)).join("\n")]),
    ...(properties.length === 0 ? [] : ["## Properties", table(properties, links, false)]),
    ...(methods.length === 0 ? [] : ["## Methods", methods.map((each) => method(each, links)).join("\n")]),
    `${is}Source: [${file}](../../${file})`,
  ];
}

function renderType(entry: Entry, links: Links): string[] {
  const { name, kind, doc, properties, methods, bases, statics, constructed } = entry;
  const calls = [...(constructed ? [constructed] : []), ...statics, ...methods];
  return [
    `## ${name}`,
    doc.text,
    ...(kind === "type" ? [`\`${bases[0]?.text ?? ""}\``] : []),
    ...(properties.length === 0
      ? []
      : [kind === "enum" ? values(properties) : table(properties, links, kind === "interface")]),
    ...(calls.length === 0 ? [] : [calls.map((each) => method(each, links)).join("\n")]),
  ];
}

/** A table of properties; those of an interface that users write are said to be required, or have a default. */
function table(properties: readonly Property[], links: Links, written: boolean): string {
  const rows = properties.map(({ name, type, optional, doc }) => {
    const otherwise = optional ? (doc.default ?? "") : "*required*";
    const columns = [`\`${name}\``, code(type, links), cell(doc.text), ...(written ? [cell(otherwise)] : [])];
    return `| ${columns.join(" | ")} |`;
  });
  const head = ["name", "type", "what it is", ...(written ? ["default"] : [])];
  return [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows].join("\n");
}

function values(properties: readonly Property[]): string {
  const rows = properties.map(({ name, doc }) => `| \`${name}\` | ${cell(doc.text)} |`);
  return ["| value | what it is |", "| --- | --- |", ...rows].join("\n");
}

function signature(constructed: Method, links: Links): string {
  const { parameters, doc } = constructed;
  const list = parameters.map(({ name, type, optional }) => `${name}${optional ? "?" : ""}: ${type.text}`).join(", ");
  const props = parameters.flatMap(({ type }) => type.names).filter((name) => links.has(name));
  const taken = [...new Set(props)].map((name) => `[${name}](${links.get(name) ?? ""})`);
  return [
    `\`${constructed.name}(${list})\``,
    ...(taken.length === 0 ? [] : [`takes ${taken.join(", ")}.`]),
    ...(doc.throws === undefined ? [] : [`Throws ${doc.throws}.`]),
  ].join("\n\n");
}

function method({ name, parameters, returns, doc }: Method, links: Links): string {
  const list = parameters.map((each) => `${each.name}${each.optional ? "?" : ""}: ${each.type.text}`).join(", ");
  const names = [...new Set([...parameters.flatMap(({ type }) => type.names), ...returns.names])];
  const linked = names.filter((each) => links.has(each) && !name.startsWith(`${each}.`));
  const result = returns.text === "" || returns.text === "void" ? "" : `: ${returns.text}`;
  const said = [
    sentences(doc),
    ...(linked.length === 0 ? [] : [`See ${linked.map((each) => `[${each}](${links.get(each) ?? ""})`).join(", ")}.`]),
  ].filter((part) => part !== "");
  return `- \`${name}(${list})${result}\`${said.length === 0 ? "" : `: ${said.join(" ")}`}`;
}

function sentences({ text, parameters, returns, throws }: Doc): string {
  return [
    text.replace(/\s+/g, " "),
    ...Object.entries(parameters).map(([name, what]) => `\`${name}\`: ${what}.`),
    ...(returns === undefined ? [] : [`Returns ${returns}.`]),
    ...(throws === undefined ? [] : [`Throws ${throws}.`]),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** A type in the language's own words, as a link where it names one of ours. */
function code({ text, names }: TypeText, links: Links): string {
  const plain = `\`${text.replaceAll("|", "\\|")}\``;
  const target = names.map((name) => links.get(name)).find((link) => link !== undefined);
  return target === undefined ? plain : `[${plain}](${target})`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|").replace(/^- /, "").trim();
}

function firstSentence(text: string): string {
  return /^[^]*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}
