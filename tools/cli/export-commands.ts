import { shellQuote } from "../../lib/shell";

/** Shell commands that export variables. Of PATH, only the first folder is added, and only once. */
export function exportCommands(variables: Readonly<Record<string, string>>): string {
  const commands = Object.entries(variables).map(([name, value]) => {
    if (name !== "PATH") return `export ${name}=${shellQuote(value)}\n`;
    const folder = shellQuote(value.split(":")[0] ?? "");
    return `case "$PATH" in ${folder}:*) ;; *) export PATH=${folder}:"$PATH" ;; esac\n`;
  });
  return commands.join("");
}
