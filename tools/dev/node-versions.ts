import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../cli/process";
import { cacheFolder } from "../cli/project";
import { UserError } from "../cli/user-error";

/** Installs a version of Node.js into the cache, and returns the path of its program. */
export async function ensureNode(version: string): Promise<string> {
  if (!/^\d+$/.test(version)) throw new UserError(`"${version}" is not a major version of Node.js: use one such as 22`);
  const folder = cacheFolder(join("node", version));
  const program = join(folder, "node_modules", "node", "bin", "node");
  if (existsSync(program)) return program;
  writeFileSync(join(folder, "package.json"), "{}");
  const { code, stderr } = await run("npm", ["install", "--silent", `node@${version}`], { cwd: folder });
  if (code !== 0 || !existsSync(program))
    throw new UserError(`Node.js ${version} cannot be installed: ${stderr.trim()}`);
  return program;
}
