import { spawnSync } from "node:child_process";

/** Word in every payload, by which a test finds it in the output. */
export const MARK = "PWNED";

/** Address of a block. It contains construct ids without special characters. */
const ADDRESS = /\b(local|null_resource|terraform_data|aws_\w+)\.[\w-]+/g;

/** What is wrong with a synthesized stack that contains a payload. */
export function findings(json: unknown): string[] {
  const found: string[] = [];
  visit(json, [], (text, path) => {
    if (!text.includes(MARK)) return;
    const where = path.join(".");
    for (const expression of expressions(text))
      if (expression.replace(ADDRESS, "").includes(MARK)) found.push(`${where}: Terraform evaluates ${expression}`);
    const plain = literalOf(text);
    const isInInventory = path[0] === "locals" && path.includes("all");
    if (
      isInInventory &&
      path.at(-1) !== "__ansible_unsafe" &&
      /\{[{%#]/.test(plain) &&
      !path.at(-1)?.startsWith("key ")
    )
      found.push(`${where}: Ansible evaluates ${plain}`);
    for (const command of commandsAt(path, plain))
      if (command.includes(MARK) && runsInShell(command)) found.push(`${where}: the shell evaluates ${command}`);
  });
  return found;
}

/** Calls a function for each text and each key of a value, except the comments of the framework. */
function visit(value: unknown, path: readonly string[], use: (text: string, path: readonly string[]) => void): void {
  if (typeof value === "string") use(value, path);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) visit(item, [...path, String(index)], use);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === "//") continue;
      use(key, [...path, `key ${key}`]);
      visit(item, [...path, key], use);
    }
}

/** Returns the expressions and directives of a template of Terraform. */
function expressions(template: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < template.length; at += 1) {
    if (/^(\$\$|%%)\{/.test(template.slice(at, at + 3))) at += 2;
    else if (/^[$%]\{/.test(template.slice(at, at + 2))) {
      const end = endOf(template, at + 2);
      found.push(template.slice(at, end));
      at = end - 1;
    }
  }
  return found;
}

/** Returns the position behind the brace that ends an expression. */
function endOf(template: string, start: number): number {
  let depth = 1;
  let quoted = false;
  for (let at = start; at < template.length; at += 1) {
    const char = template[at];
    if (quoted && char === "\\") at += 1;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === "{") depth += 1;
    else if (!quoted && char === "}" && --depth === 0) return at + 1;
  }
  return template.length;
}

/** Returns the text that Terraform makes of a template without expressions. */
function literalOf(template: string): string {
  return template.replace(/(\$\$|%%)\{/g, (escape) => escape.slice(1));
}

/** Returns the shell commands at a place of the Terraform JSON. */
function commandsAt(path: readonly string[], text: string): string[] {
  if (path.at(-1) === "command") return [text];
  const [kind, name = "", attribute] = path;
  if (kind !== "output" || attribute !== "value") return [];
  if (name.endsWith("runs")) return (JSON.parse(text) as { readonly command: string }[]).map(({ command }) => command);
  return /_(command|tunnel)$/.test(name) ? [text] : [];
}

/** Whether a shell that reads a command runs a program of the payload. The programs of the command do nothing. */
function runsInShell(command: string): boolean {
  const harmless = ["ssh", "python3", "printf", "rm", "exec"].map((name) => `alias ${name}=:`);
  const script = `${harmless.join("; ")}\ncommand_not_found() { :; }\ntouch() { echo ${MARK} >&2; }\n${command} </dev/null >/dev/null`;
  const { stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8", env: { PATH: "/nowhere" } });
  return /^PWNED$/m.test(stderr) || /unexpected|Unterminated|unterminated/.test(stderr);
}
