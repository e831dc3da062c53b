import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { ArchiveEntry } from "./archive";
import type { GoModule } from "./go";

/** What an archive holds beside the programs. */
export interface Contents {
  /** Files of the module that upstream's archive holds; with `tree` folders, too. */
  readonly files: readonly string[];
  /**
   * Whether they lie where they lie in the module, and the programs in `bin`.
   *
   * @default - all is at the archive's top
   */
  readonly tree?: boolean;
  /** Whether the archive is a zip of the bare program, under a name without its version. @default - a gzipped tar */
  readonly zip?: boolean;
}

/** What a module's web pages are built from, and what only they show. */
const PAGES = /\.(tsx?|mdx?|snap|cue|s?css|svg|png|gif)$|\/__mocks__\//;

/**
 * The entries of a program's archive.
 *
 * @param programs the folder of the built programs
 * @param module the folder of the module's files
 */
export function contents(source: GoModule & Contents, programs: string, module: string): ArchiveEntry[] {
  const { tree = false } = source;
  return [
    ...source.packages.map((name) => {
      const program = name === "." ? basename(source.module) : basename(name);
      return { name: tree ? `bin/${program}` : program, file: join(programs, program), executable: true };
    }),
    ...source.files
      .flatMap((name) => (tree ? filesBelow(module, name) : [name]))
      .map((name) => ({ name: tree ? name : basename(name), file: join(module, name), executable: false })),
  ];
}

/** A file itself, or all files of a folder that a program without web pages has a use for. */
function filesBelow(module: string, name: string): string[] {
  const path = join(module, name);
  if (statSync(path).isFile()) {
    return [name];
  }
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(module, join(entry.parentPath, entry.name)))
    .filter((file) => !PAGES.test(file));
}
