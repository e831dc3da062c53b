import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { collect } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { TimedLine } from "../../local/timed-line";
import { Interruption } from "../interruption";

/** The resources that a command used, and its output. */
export interface Measured {
  /** Duration, in seconds. */
  readonly seconds: number;
  /** CPU seconds of the command and of the processes that it waited for. Excludes servers and background processes. */
  readonly cpu: number;
  /** Lines of standard output and standard error, with times since the start. */
  readonly lines: readonly TimedLine[];
}

/** The report of the meter. */
interface Report extends Pick<Measured, "seconds" | "cpu"> {
  readonly code: number;
}

/** Where a command runs. */
export interface Location {
  readonly cwd: string;
  /** Variables that are added to the environment of this process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Interrupts the command. @default - the command cannot be interrupted */
  readonly interruption?: Interruption;
}

/**
 * Runs a command in a process group of its own until it ends.
 *
 * @throws UserError with the end of its output if it fails, and if it was interrupted
 */
export async function measure(
  command: readonly string[],
  { cwd, environment, interruption }: Location,
): Promise<Measured> {
  interruption?.check();
  const child = spawn("python3", ["-c", METER, ...command], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  const start = performance.now();
  const lines: TimedLine[] = [];
  for (const stream of [child.stdout, child.stderr] as Readable[])
    collect(stream, (text) => lines.push({ at: (performance.now() - start) / 1000, text }));
  const report = collect(child.stdio[3] as Readable, undefined);
  interruption?.track(child.pid);
  await new Promise<void>((done, reject) => {
    child.on("close", done);
    child.on("error", (error) => {
      reject(new UserError(`cannot start python3, which measures the command: ${error.message}`));
    });
  });
  interruption?.track(undefined);
  interruption?.check();
  // Without a report, the command could not be started, and the output contains the reason.
  const { code, ...measured } = JSON.parse(report() || '{"code":1,"seconds":0,"cpu":0}') as Report;
  if (code !== 0) {
    const last = lines.slice(-30).map(({ text }) => text);
    throw new UserError(`${command.join(" ")} failed:\n${last.join("\n")}`);
  }
  return { ...measured, lines };
}

/** Runs a command and reports its resources. Node.js cannot read the CPU time of grandchildren, but Python can. */
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
