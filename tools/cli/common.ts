import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { packageRoot } from "../../lib/paths";

/** Where progress goes, a line at a time. */
export type Log = (line: string) => void;

/** A mistake that its reader can mend: shown without a stack trace. */
export class UserError extends Error {
  public override readonly name = "UserError";
}

/** Whether this runs from the sources, in a clone of the project, and not from the installed package. */
const inClone: boolean = dirname(dirname(__dirname)) === packageRoot;

/** The project that the tools work on: the clone that they are in, else the folder that they are called in. */
export const projectRoot: string = inClone ? packageRoot : process.cwd();

/** The project's private folder, which git ignores. */
export const privateDirectory: string = join(projectRoot, ".cdktf-monitoring");

/** How people call a tool: with what it is about, and options. */
export function toolCommand(tool: string, what = "", options = ""): string {
  const command = inClone ? ["npm run", tool, what, options && "--", options] : [PROGRAM, tool, what, options];
  return command.filter(Boolean).join(" ");
}

/** How people call a tool, as its own help says it. */
export function usage(tool: string, what = ""): string {
  const command = inClone ? ["npm run", tool, what, "[-- options]"] : [PROGRAM, tool, what, "[options]"];
  return command.filter(Boolean).join(" ");
}

const PROGRAM = "npx cdktf-monitoring";

/**
 * The folder of everything that is fetched or built once for all stacks: `$CDKTF_MONITORING_CACHE`,
 * else `$XDG_CACHE_HOME/cdktf-monitoring`, else `~/.cache/cdktf-monitoring`. It may not exist yet.
 */
export function cacheDirectory(): string {
  const own = process.env.CDKTF_MONITORING_CACHE;
  if (own) {
    return resolve(own);
  }
  // An empty variable counts as unset, as in the XDG specification.
  const base = process.env.XDG_CACHE_HOME;
  return join(base ? resolve(base) : join(homedir(), ".cache"), "cdktf-monitoring");
}

/** How a program is run by {@link run}. */
export interface RunOptions {
  /** @default - the current folder */
  readonly cwd?: string;
  /** Added to the present environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Text for its standard input. @default - none */
  readonly input?: string;
  /** Gets standard error line by line as it comes (and standard output, unless `quiet`). @default - nobody */
  readonly log?: Log;
  /** Keeps standard output out of the log, for it is data. @default false */
  readonly quiet?: boolean;
  /** Seconds until the program is stopped. @default - no limit */
  readonly timeout?: number;
}

/** What a program said. */
export interface RunResult {
  /** The exit status; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit status. Throws a {@link UserError} where it can't be started. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Not by spawn's own option: its timer would keep this process alive when the program could not be started.
    const timer =
      options.timeout === undefined ? undefined : setTimeout(() => child.kill(), options.timeout * 1000).unref();
    const stdout = collect(child.stdout, options.quiet ? undefined : options.log);
    const stderr = collect(child.stderr, options.log);
    child.on("error", (error) => {
      reject(new UserError(`${program} can't be started: ${error.message}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, stdout: stdout(), stderr: stderr() });
    });
    // A program that ends before it has read its input says so by its exit status.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
  });
}

/** Runs a program that talks to the terminal itself. Returns its exit status. */
export async function attach(
  program: string,
  args: readonly string[],
  options: Pick<RunOptions, "cwd" | "environment">,
): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: "inherit",
    });
    child.on("error", (error) => {
      reject(new UserError(`${program} can't be started: ${error.message}`));
    });
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
}

/** Gathers what a stream says, and hands it over line by line as it comes. Returns how to ask for all of it. */
export function collect(stream: NodeJS.ReadableStream, log: Log | undefined): () => string {
  let text = "";
  let shown = 0;
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n", shown); log && end >= 0; end = text.indexOf("\n", shown)) {
      log(text.slice(shown, end));
      shown = end + 1;
    }
  });
  stream.on("end", () => {
    if (log && shown < text.length) {
      log(text.slice(shown));
    }
  });
  return () => text;
}

/**
 * Whether a version such as `1.26.8`, `go1.26rc1` or `v1.11.4` is at least `wanted`. Only the numbers count:
 * a pre-release passes for its release.
 */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const left = numbers(version);
  for (const [index, right] of numbers(wanted).entries()) {
    const difference = (left[index] ?? 0) - right;
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}

/** SHA-256 of a file, in hex; undefined where there is none. */
export async function sha256File(file: string): Promise<string | undefined> {
  if (!existsSync(file)) {
    return undefined;
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Writes a file in one step: a reader sees the old content or the new. */
export function writeAtomically(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/**
 * Makes a folder for work that is moved into place or removed at its end, and removes what a killed process left of
 * its own: to be called under a lock.
 */
export function makeWorkFolder(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(WORK)) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(parent, WORK));
}

const WORK = ".work-";

/**
 * Does something while no other process does it, and says so where it has to wait. The lock is the kernel's: it goes
 * with the process that holds it, however that ends.
 */
export async function withLock<T>(file: string, log: Log, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  // Node has no flock; Python, which Ansible needs anyway, has. Its standard input ends with this process.
  const holder = spawn("python3", ["-c", lockScript, file], { stdio: ["pipe", "pipe", "ignore"] });
  holder.stdin.on("error", () => undefined);
  try {
    await new Promise<void>((done, reject) => {
      holder.on("error", (error) => {
        reject(new UserError(`python3 can't be started (needed to lock ${file}): ${error.message}`));
      });
      holder.on("close", () => {
        reject(new UserError(`${file} can't be locked: is its folder writable?`));
      });
      holder.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes("waiting")) {
          log(`waiting for another process, which holds ${file}`);
        }
        if (text.includes("locked")) {
          done();
        }
      });
    });
    return await action();
  } finally {
    holder.stdin.end();
  }
}

const lockScript = `
import fcntl, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
file = open(sys.argv[1], "a")
try:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("waiting", flush=True)
    fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
`;

/**
 * Runs a tool as this process: a mistake of the user is told without a stack trace, and the exit status says it too.
 *
 * @param failed the exit status of a tool that could not do its work
 */
export function main(tool: () => Promise<void>, failed = 1): void {
  tool().catch((error: unknown) => {
    const forUser =
      error instanceof UserError ||
      (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
    console.error(forUser ? `\n${error.message}` : error);
    process.exit(failed);
  });
}
