import { Doc, Entry, Method, Parameter, Property, TypeText } from "./model";
import { Page, Section } from "./pages";

/** Links from a page to the descriptions of exported names. */
type Links = ReadonlyMap<string, string>;

/** Renders the pages and an index. Returns the texts by file name. */
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

const NOTE = "<!-- Generated from the docstrings by npm run docs. -->";

function renderIndex(sections: readonly Section[]): string {
  const row = ({ name, subject, types }: Page): string[] => [
    `[${subject ? `\`${name}\`` : "Types"}](${name}.md)`,
    subject ? cell(firstSentence(subject.doc.text)) : types.map((each) => `\`${each.name}\``).join(", "),
  ];
  const blocks = sections.flatMap(({ title, pages }) => [
    `## ${title}`,
    markdownTable(["Page", "Description"], pages.map(row)),
  ]);
  const introduction = "The classes of the public API with their props, defaults and errors.";
  return `${[NOTE, "# API reference", introduction, ...blocks].join("\n\n")}\n`;
}

function renderPage({ name, subject, types }: Page, links: Links): string {
  // Links within the page are relative to the page.
  const own = new Map(
    [...links].map(([target, link]) => [target, link.startsWith(`${name}.md#`) ? link.slice(name.length + 3) : link]),
  );
  const title = subject?.name ?? "Types for extensions";
  const head = subject ? renderClass(subject, own) : [];
  const parts = [NOTE, `# ${title}`, ...head, ...types.flatMap((entry) => renderType(entry, own))];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n\n[API reference](README.md)\n`;
}

function renderClass(entry: Entry, links: Links): string[] {
  const { doc, file, module, bases, constructed, statics, properties, methods } = entry;
  const known = bases.filter(({ names }) => names.length > 0).map((base) => code(base, links));
  return [
    doc.text,
    ...examples(doc),
    ...(constructed ? ["## Constructor", signature(constructed, links)] : []),
    ...(statics.length === 0 ? [] : ["## Static methods", methodList(statics, links)]),
    ...(properties.length === 0 ? [] : ["## Properties", propertyTable(properties, links, false)]),
    ...(methods.length === 0 ? [] : ["## Methods", methodList(methods, links)]),
    `${known.length === 0 ? "" : `Extends: ${known.join(", ")}. `}Import from: \`${module}\`. Source: [${file}](../../../${file})`,
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
      : [kind === "enum" ? valueTable(properties) : propertyTable(properties, links, kind === "interface")]),
    ...(calls.length === 0 ? [] : [methodList(calls, links)]),
    ...examples(doc),
  ];
}

/**
 * A table of properties. For interfaces, whose values users write, it lists required properties first and has a column
 * for the default.
 */
function propertyTable(properties: readonly Property[], links: Links, withDefault: boolean): string {
  const sorted = withDefault ? properties.toSorted((a, b) => Number(a.optional) - Number(b.optional)) : properties;
  const rows = sorted.map(({ name, type, optional, doc }) => [
    `\`${name}\``,
    code(type, links),
    cell(doc.text),
    ...(withDefault ? [cell(optional ? (doc.default ?? "") : "*required*")] : []),
  ]);
  return markdownTable(["Name", "Type", "Description", ...(withDefault ? ["Default"] : [])], rows);
}

function valueTable(properties: readonly Property[]): string {
  return markdownTable(
    ["Value", "Description"],
    properties.map(({ name, doc }) => [`\`${name}\``, cell(doc.text)]),
  );
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((columns) => `| ${columns.join(" | ")} |`).join("\n");
}

function signature({ name, parameters, doc }: Method, links: Links): string {
  const props = parameters.flatMap(({ type }) => type.names).filter((type) => /(Props|Description)$/.test(type));
  return [
    `\`${name}(${parameterList(parameters)})\``,
    ...(props.length === 0 ? [] : [`Props: ${linkList([...new Set(props)], links)}`]),
    ...(doc.throws === undefined ? [] : [`Throws ${doc.throws}.`]),
  ].join("\n\n");
}

function methodList(methods: readonly Method[], links: Links): string {
  // An example at the end of an item leaves an empty line, which the last item must not have.
  return methods
    .map((each) => methodItem(each, links))
    .join("\n")
    .trimEnd();
}

function methodItem({ name, parameters, returns, doc }: Method, links: Links): string {
  const names = [...new Set([...parameters.flatMap(({ type }) => type.names), ...returns.names])];
  const linked = names.filter((each) => links.has(each) && !name.startsWith(`${each}.`));
  const result = returns.text === "" || returns.text === "void" ? "" : `: ${returns.text}`;
  const text = [sentences(doc), ...(linked.length === 0 ? [] : [`See ${linkList(linked, links)}.`])]
    .filter((part) => part !== "")
    .join(" ");
  const indented = examples(doc).map((block) => `\n\n${block.replace(/^(?=.)/gm, "  ")}\n`);
  return `- \`${name}(${parameterList(parameters)})${result}\`${text === "" ? "" : `: ${text}`}${indented.join("")}`;
}

function parameterList(parameters: readonly Parameter[]): string {
  return parameters.map(({ name, type, optional }) => `${name}${optional ? "?" : ""}: ${type.text}`).join(", ");
}

function linkList(names: readonly string[], links: Links): string {
  return names.map((name) => `[${name}](${links.get(name) ?? ""})`).join(", ");
}

function examples({ examples: codes }: Doc): string[] {
  return codes.map((text) => `\`\`\`ts\n${text}\n\`\`\``);
}

function sentences({ text, parameters, returns, throws }: Doc): string {
  return [
    text.replace(/\s+/g, " "),
    ...Object.entries(parameters).map(([name, description]) => `\`${name}\`: ${description}.`),
    ...(returns === undefined ? [] : [`Returns ${returns}.`]),
    ...(throws === undefined ? [] : [`Throws ${throws}.`]),
  ]
    .map((part) => part.replace(/\.\.$/, "."))
    .filter((part) => part !== "")
    .join(" ");
}

/** A type as the source code writes it, with a link if it names an exported type. */
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
