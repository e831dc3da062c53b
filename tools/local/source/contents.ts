import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { ArchiveEntry } from "./archive";
import type { GoModule } from "./go";

/** The contents of an archive in addition to the programs. */
export interface Contents {
  /** Files of the module that upstream's archive contains. With `tree`, also folders. */
  readonly files: readonly string[];
  /**
   * Whether the archive keeps the folders of the module and has its programs in `bin`.
   *
   * @default - all files are in the top folder
   */
  readonly tree?: boolean;
  /** Whether the archive is a zip file with only the program, and a name without the version. @default - a gzipped tar archive */
  readonly zip?: boolean;
  /** Whether the archive has no top folder, and underscores in its name. @default false */
  readonly flat?: boolean;
}

/** Sources and resources of web UIs. */
const WEB_UI = /\.(tsx?|mdx?|snap|cue|s?css|svg|png|gif)$|\/__mocks__\//;

/**
 * The entries of the archive of a module.
 *
 * @param programs folder of the built programs
 * @param module folder of the module's files
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

/** The file with this name, or all files of the folder with this name, except those of the web UI. */
function filesBelow(module: string, name: string): string[] {
  const path = join(module, name);
  if (statSync(path).isFile()) {
    return [name];
  }
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(module, join(entry.parentPath, entry.name)))
    .filter((file) => !WEB_UI.test(file));
}
