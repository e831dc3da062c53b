import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { main } from "../cli/command";
import { writeAtomically } from "../cli/files";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { renderPages } from "./api/markdown";
import { pagesOf } from "./api/pages";
import { readApi } from "./api/read";
import { roleReadmes } from "./role-docs";

const REFERENCE = join(projectRoot, "docs", "reference");

/** The commands whose help the page about the CLI contains, by heading. */
const COMMANDS: Readonly<Record<string, string>> = {
  up: "local/up",
  down: "local/down",
  verify: "cli/commands/verify",
  access: "cli/commands/access",
  play: "cli/commands/play",
  rotate: "cli/commands/rotate",
  drill: "local/drill",
  artifacts: "local/artifacts",
};

/**
 * npm run docs: writes the API reference from the docstrings, the help of the commands into docs/reference/cli.md, and the
 * variables of the Ansible roles into their READMEs.
 */
async function docs(): Promise<void> {
  writeApi(join(REFERENCE, "api"));
  await writeHelp(join(REFERENCE, "cli.md"));
  for (const [file, text] of roleReadmes()) writeAtomically(file, text);
}

function writeApi(directory: string): void {
  const pages = renderPages(pagesOf(readApi()));
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) if (!pages.has(name)) rmSync(join(directory, name));
  for (const [name, text] of pages) writeAtomically(join(directory, name), text);
  console.log(`${pages.size} pages in ${directory}`);
}

/** Replaces the block of code below the heading of each command. */
async function writeHelp(page: string): Promise<void> {
  let text = readFileSync(page, "utf8");
  for (const [name, file] of Object.entries(COMMANDS)) {
    const command = join(projectRoot, "tools", `${file}.ts`);
    const { code, stdout, stderr } = await run(process.execPath, ["--import", "tsx", command, "--help"], {
      cwd: projectRoot,
    });
    if (code !== 0) throw new UserError(`${command} --help failed: ${stderr}`);
    const block = new RegExp(`(^## ${name}\n[^]*?\`\`\`text\n)[^]*?(\`\`\`)`, "m");
    if (!block.test(text)) throw new UserError(`${page} has no heading "## ${name}" with a block of text`);
    text = text.replace(block, (_, before: string, after: string) => `${before}${stdout}${after}`);
  }
  writeAtomically(page, text);
  console.log(`help of ${Object.keys(COMMANDS).length} commands in ${page}`);
}

main(docs);
