import { existsSync } from "node:fs";
import { UserError } from "../../cli/user-error";
import type { Log } from "../../cli/process";
import { installPackages, isDebian } from "../debian";

/** A library of the system that a program is compiled with, and loads when it runs. */
export interface SystemLibrary {
  /** Its name, for people. */
  readonly name: string;
  /** The file that tells whether it can be compiled with. */
  readonly header: string;
  /** Debian's package of that. */
  readonly package: string;
}

/**
 * Makes sure that a program can be compiled with a library: a root user of Debian or Ubuntu gets what is missing.
 *
 * @param program its name in messages
 * @throws a {@link UserError} that says what to install
 */
export async function requireLibrary(program: string, library: SystemLibrary, log: Log): Promise<void> {
  if (existsSync(library.header)) {
    return;
  }
  const remedy = `install the headers of ${library.name} (Debian: apt-get install ${library.package}) and run this again`;
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new UserError(`${library.header} is missing, and ${program} is to be built from source: ${remedy}`);
  }
  await installPackages([library.package], remedy, log);
}
