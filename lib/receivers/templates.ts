import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GeneratedFile } from "../generated-file";
import { packageRoot } from "../paths";

/** The folder of the templates. It is part of the package as it is, for compiling copies no such files. */
export const templatesDirectory: string = join(packageRoot, "lib", "receivers", "templates");

/** The templates of all messages, as Alertmanager's role is handed them. */
export function templateFiles(): readonly GeneratedFile[] {
  return readdirSync(templatesDirectory)
    .sort()
    .map((name) => ({ path: `templates/${name}`, content: readFileSync(join(templatesDirectory, name), "utf8") }));
}
