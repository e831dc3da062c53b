import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";

/** Variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable of this process. An empty one counts as unset. */
export function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/**
 * Variables that break or redirect the programs of this package. Everything else passes, because user-provided playbooks
 * may read it. `playbooks/controller/environment.py` cleans the environment of Ansible and ssh.
 */
const DROPPED: readonly RegExp[] = [
  // Other interpreters, modules and encodings.
  /^PYTHON(?!UNBUFFERED|DONTWRITEBYTECODE)/,
  // pip would install into another folder, or nothing.
  /^PIP_(USER|TARGET|PREFIX|ROOT|DRY_RUN|NO_DEPS)$/,
  // A script in BASH_ENV runs before every script of bash, and CDPATH makes cd write to standard output.
  /^(BASH_ENV|CDPATH)$/,
  // Other arguments, folders and workspaces. The tools read the state file and the outputs of the default workspace.
  /^TF_(CLI_ARGS|WORKSPACE$|DATA_DIR$|INPUT$)/,
  // Another output folder, and a context that would replace the one in cdktf.json.
  /^CDKTF_(OUTDIR|CONTEXT_JSON)$/,
  // An image for another architecture than the one of the engine.
  /^DOCKER_DEFAULT_PLATFORM$/,
];

/** Variables that choose a locale, often one that only the user's own machine has, because ssh sends them. */
const LOCALE = /^(LANG|LANGUAGE|LC_\w+)$/;

/** Variables of another engine, which take precedence over `DOCKER_HOST` or do not fit a local socket. */
const OTHER_ENGINE = /^DOCKER_(CONTEXT|TLS|TLS_VERIFY|CERT_PATH)$/;

/**
 * The environment of a program that this package starts.
 *
 * @param added variables that are added after the cleaning
 */
export function programEnvironment(added: Environment = {}, user: Environment = process.env): NodeJS.ProcessEnv {
  const passed = Object.entries(user).filter(([name]) => !DROPPED.some((pattern) => pattern.test(name)));
  // Python then reads and writes UTF-8 in every locale, also in one that is not installed.
  const all: NodeJS.ProcessEnv = { ...Object.fromEntries(passed), PYTHONUTF8: "1", ...added };
  const locale = utf8Locale();
  if (locale !== undefined) {
    for (const name of Object.keys(all)) if (LOCALE.test(name)) Reflect.deleteProperty(all, name);
    all.LC_ALL = locale;
  }
  // An empty variable would be the root folder.
  if (all.HOME === "") delete all.HOME;
  if (all.TMPDIR !== undefined && !isWritable(all.TMPDIR)) delete all.TMPDIR;
  if (all.DOCKER_HOST?.startsWith("unix:"))
    for (const name of Object.keys(all)) if (OTHER_ENGINE.test(name)) Reflect.deleteProperty(all, name);
  return all;
}

let installed: readonly string[] | undefined;

/** A locale with UTF-8 that this machine has. Undefined if it has none, or cannot list its locales. */
export function utf8Locale(): string | undefined {
  installed ??= installedLocales();
  return ["C.UTF-8", "C.utf8", "en_US.UTF-8", "en_US.utf8"].find((name) => installed?.includes(name));
}

function installedLocales(): string[] {
  try {
    return execFileSync("locale", ["-a"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n");
  } catch {
    return [];
  }
}

/** Whether a path is a folder in which this user may create files. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
