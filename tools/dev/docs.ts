import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { renderPages } from "./api/markdown";
import { pagesOf } from "./api/pages";
import { readApi } from "./api/read";
import { main } from "../cli/command";
import { projectRoot } from "../cli/project";
import { writeAtomically } from "../cli/files";

/** Where the pages of the public API are. */
const DIRECTORY = join(projectRoot, "docs", "api");

/** npm run docs: makes the pages of the public API from its docstrings. */
async function docs(): Promise<void> {
  const pages = renderPages(pagesOf(readApi()));
  mkdirSync(DIRECTORY, { recursive: true });
  for (const name of readdirSync(DIRECTORY)) if (!pages.has(name)) rmSync(join(DIRECTORY, name));
  for (const [name, text] of pages) writeAtomically(join(DIRECTORY, name), text);
  console.log(`${pages.size} pages in ${DIRECTORY}`);
  return Promise.resolve();
}

main(docs);
