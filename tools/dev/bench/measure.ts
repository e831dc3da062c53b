import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { collect, UserError } from "../../cli/common";
import { Line } from "../../local/lines";
import { Interruption } from "./interruption";

/** What a command took. */
export interface Measured {
  /** From its start to its end, in seconds. */
  readonly seconds: number;
  /** Processor seconds of it and of all that it waited for: not of servers, nor of what it left running. */
  readonly cpu: number;
  /** What it printed since its start, of standard output and standard error, as it came. */
  readonly lines: readonly Line[];
}

/** What the meter reports. */
interface Report extends Pick<Measured, "seconds" | "cpu"> {
  readonly code: number;
}

/** Where a command is run. */
export interface Place {
  readonly cwd: string;
  /** Added to the present environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What cuts it off. @default - nothing: it runs to its end */
  readonly interruption?: Interruption;
}

/**
 * Runs a command to its end, in a process group of its own.
 *
 * @throws UserError with the last that it printed when it fails, or when it was interrupted
 */
export async function measure(
  command: readonly string[],
  { cwd, environment, interruption }: Place,
): Promise<Measured> {
  interruption?.check();
  const child = spawn("python3", ["-c", METER, ...command], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  const start = performance.now();
  const lines: Line[] = [];
  for (const stream of [child.stdout, child.stderr] as Readable[])
    collect(stream, (text) => lines.push({ at: (performance.now() - start) / 1000, text }));
  const report = collect(child.stdio[3] as Readable, undefined);
  interruption?.track(child.pid);
  await new Promise<void>((done, reject) => {
    child.on("close", done);
    child.on("error", (error) => {
      reject(new UserError(`python3 can't be started, which measures: ${error.message}`));
    });
  });
  interruption?.track(undefined);
  interruption?.check();
  // Without a report it could not even be started, and what was printed says why.
  const { code, ...measured } = JSON.parse(report() || '{"code":1,"seconds":0,"cpu":0}') as Report;
  if (code !== 0) {
    const last = lines.slice(-30).map(({ text }) => text);
    throw new UserError(`${command.join(" ")} failed:\n${last.join("\n")}`);
  }
  return { ...measured, lines };
}

/** Node tells nobody what its children's children used; the kernel tells Python. */
const METER = `
import json, os, resource, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: None)
start = time.monotonic()
code = subprocess.Popen(sys.argv[1:]).wait()
seconds = time.monotonic() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with os.fdopen(3, "w") as report:
    json.dump({"code": code, "seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime}, report)
`;
