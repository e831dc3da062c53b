import { existsSync } from "node:fs";
import { UserError } from "../../cli/user-error";
import type { Log } from "../../cli/process";
import { installPackages, isDebian } from "../debian";

/** A shared library of the system that a program needs at compile time and at run time. */
export interface SystemLibrary {
  /** Name for messages. */
  readonly name: string;
  /** Path of a header file. The library can be used if this file exists. */
  readonly header: string;
  /** Debian package with the header file. */
  readonly package: string;
}

/**
 * Checks that a program can be compiled with a library. Installs the library as root on Debian or Ubuntu.
 *
 * @param program name for messages
 * @throws UserError with the package to install
 */
export async function requireLibrary(program: string, library: SystemLibrary, log: Log): Promise<void> {
  if (existsSync(library.header)) {
    return;
  }
  const remedy = `install the headers of ${library.name} (Debian: apt-get install ${library.package}) and run this command again`;
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new UserError(`${library.header} is missing, which the source build of ${program} needs: ${remedy}`);
  }
  await installPackages([library.package], remedy, log);
}
