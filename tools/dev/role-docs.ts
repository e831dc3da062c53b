import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { playbooksDirectory } from "../../lib/paths";

const rolesDirectory = join(playbooksDirectory, "roles");
const BLOCK = /(<!-- variables -->\n)[^]*?(<!-- \/variables -->)/;

/** A variable in a role's `meta/argument_specs.yml`. */
interface Option {
  readonly type: string;
  readonly elements?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  readonly description: string | readonly string[];
  readonly options?: Options;
}

type Options = Readonly<Record<string, Option>>;

/** The expected README of each role: the existing text with an up-to-date table of the variables that the role declares. */
export function roleReadmes(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(rolesDirectory).map((role) => {
      const file = join(rolesDirectory, role, "README.md");
      const text = readFileSync(file, "utf8");
      if (!BLOCK.test(text))
        throw new Error(`${file} has no place for its variables: add <!-- variables --> and <!-- /variables -->`);
      const table = `\n${variablesTable(optionsOf(role))}\n\n`;
      return [file, text.replace(BLOCK, (_, begin: string, end: string) => begin + table + end)];
    }),
  );
}

/** The variables of all entry points of a role. */
function optionsOf(role: string): Options {
  const text = readFileSync(join(rolesDirectory, role, "meta", "argument_specs.yml"), "utf8");
  const specs = parse(text, { merge: true }) as { argument_specs: Record<string, { options: Options }> };
  return Object.assign({}, ...Object.values(specs.argument_specs).map(({ options }) => options)) as Options;
}

function variablesTable(options: Options): string {
  return ["| Variable | Type | Default | Description |", "| --- | --- | --- | --- |", ...rows(options)].join("\n");
}

/** One row for each option, followed by the rows of the options in it: `a.b`, or `a[].b` in a list. */
function rows(options: Options, prefix = ""): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const path = prefix + name;
    const cells = [`\`${path}\``, typeOf(option), defaultOf(option), descriptionOf(option)];
    const inside = rows(option.options ?? {}, `${path}${option.type === "list" ? "[]" : ""}.`);
    return [`| ${cells.join(" | ")} |`, ...inside];
  });
}

function typeOf({ type, elements }: Option): string {
  return elements === undefined ? type : `list of ${elements}`;
}

function defaultOf({ required, default: value }: Option): string {
  if (required === true) return "required";
  return value === undefined ? "–" : `\`${JSON.stringify(value)}\``;
}

/** The description with Ansible's markup, such as `C(name)` and `O(variable)`, as Markdown code. */
function descriptionOf({ description, choices }: Option): string {
  const text = [description].flat().join(" ");
  const values = choices === undefined ? "" : ` One of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`;
  return (text.replace(/\b[CMOV]\(((?:\([^()]*\)|[^()])*)\)/g, "`$1`") + values).replaceAll("|", "\\|");
}
