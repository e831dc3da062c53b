/**
 * Options of Python for the programs of this package: no variables and no packages of the user, which may break or replace
 * modules, no compiled files in folders that are hashed, and UTF-8 in every locale.
 */
export const PYTHON_OPTIONS: readonly string[] = ["-E", "-s", "-B", "-X", "utf8"];

/** Start of a shell command that runs a Python program of this package. */
export const PYTHON = ["python3", ...PYTHON_OPTIONS].join(" ");
