import { spawn } from "node:child_process";
import { programEnvironment } from "./environment";
import { UserError } from "./user-error";

/** Receives progress, one line at a time. */
export type Log = (line: string) => void;

/** How {@link run} starts a program. */
export interface RunOptions {
  /** @default - the current folder */
  readonly cwd?: string;
  /** Variables that are added to the user's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Text for standard input. @default - none */
  readonly input?: string;
  /** Receives standard error (and standard output, unless `quiet`) line by line. @default - nothing is logged */
  readonly log?: Log;
  /** Whether standard output is data and stays out of the log. @default false */
  readonly quiet?: boolean;
  /** Seconds after which the program is killed. @default - no limit */
  readonly timeout?: number;
}

/** The exit status and the output of a program. */
export interface RunResult {
  /** Exit status. Null if a signal ended the program. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program until it ends, with any exit status.
 *
 * @throws UserError if the program cannot be started
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: programEnvironment(options.environment),
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Not the option `timeout` of spawn: its timer keeps this process alive if the program cannot be started.
    const timer =
      options.timeout === undefined ? undefined : setTimeout(() => child.kill(), options.timeout * 1000).unref();
    const stdout = collect(child.stdout, options.quiet ? undefined : options.log);
    const stderr = collect(child.stderr, options.log);
    child.on("error", (error) => {
      reject(cannotStart(program, error));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, stdout: stdout(), stderr: stderr() });
    });
    // A program that ends before it has read its input reports the reason by its exit status.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
  });
}

/**
 * Runs a program that uses the terminal itself.
 *
 * @returns its exit status
 * @throws UserError if the program cannot be started
 */
export async function attach(
  program: string,
  args: readonly string[],
  options: Pick<RunOptions, "cwd" | "environment">,
): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: programEnvironment(options.environment),
      stdio: "inherit",
    });
    child.on("error", (error) => {
      reject(cannotStart(program, error));
    });
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
}

function cannotStart(program: string, error: Error): UserError {
  return new UserError(`cannot start ${program}: ${error.message}`);
}

/**
 * Collects the text of a stream and passes each line to a log.
 *
 * @returns a function that returns the text so far
 */
export function collect(stream: NodeJS.ReadableStream, log: Log | undefined): () => string {
  let text = "";
  let logged = 0;
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n", logged); log && end >= 0; end = text.indexOf("\n", logged)) {
      log(text.slice(logged, end));
      logged = end + 1;
    }
  });
  stream.on("end", () => {
    if (log && logged < text.length) {
      log(text.slice(logged));
    }
  });
  return () => text;
}
