import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopIdleEngine } from "../../tools/local/engine";
import { copyProject } from "../../tools/dev/project-copy";

/** What a run's `result.json` says of one host. */
export interface HostResult {
  readonly state: string;
  readonly touched: boolean;
  readonly changed: number;
  readonly message?: string;
}

/** How a command of the project ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Expects that a command succeeded: where it did not, what it said is the error. */
export function requireSuccess({ code, output }: Outcome): void {
  if (code !== 0) throw new Error(`it ended with ${String(code)}:\n${output}`);
}

/** A fresh copy of the project, as a new user has it after cloning (but with the node modules that are here). */
export class Project {
  public readonly directory = mkdtempSync(join(tmpdir(), "cdktf-monitoring-e2e-"));
  private readonly environment: NodeJS.ProcessEnv;

  public constructor(
    public readonly prefix: string,
    subnet: string,
  ) {
    copyProject(this.directory);
    this.environment = { ...process.env, LOCAL_PREFIX: prefix, LOCAL_SUBNET: subnet, NO_COLOR: "1" };
  }

  /** Runs a script of package.json to its end. */
  public npm(script: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.start(script, args, environment).ended;
  }

  /** Starts a script of package.json in a process group of its own. */
  public start(
    script: string,
    args: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): { readonly pid: number; readonly ended: Promise<Outcome> } {
    const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
      cwd: this.directory,
      env: { ...this.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const ended = new Promise<Outcome>((done) => {
      child.on("close", (code) => {
        done({ code, output });
      });
    });
    return { pid: child.pid ?? 0, ended };
  }

  /** Waits until a deploy that is under way works on a server by a run. */
  public async workedOn(run: string): Promise<void> {
    await eventually(`a task of the run ${run}`, 180, () =>
      existsSync(this.state("in-flight", run)) && existsSync(this.state("runs", run, "events.jsonl"))
        ? true
        : undefined,
    );
  }

  /** Edits a file, as a user would. */
  public edit(file: string, change: (text: string) => string): void {
    const path = join(this.directory, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`the edit changed nothing in ${file}`);
    writeFileSync(path, after);
  }

  /** Leaves components out of the example stack that a test is not about: half the time, then. */
  public leaveOut(...components: readonly string[]): void {
    for (const name of components)
      this.edit("main.ts", (text) => text.replace(new RegExp(`^ *new ${name}\\(hub.*\\n`, "m"), ""));
  }

  /** A path in the stack's private folder. */
  public state(...path: string[]): string {
    return join(this.directory, ".cdktf-monitoring", "local", ...path);
  }

  /** What became of each host in the last run of a playbook. */
  public result(run: string): Readonly<Record<string, HostResult>> {
    const result = JSON.parse(readFileSync(this.state("runs", run, "result.json"), "utf8")) as {
      hosts: Readonly<Record<string, HostResult>>;
    };
    return result.hosts;
  }

  /** When each playbook ran last. */
  public get runTimes(): Readonly<Record<string, number>> {
    const runs = readdirSync(this.state("runs"));
    return Object.fromEntries(runs.map((run) => [run, statSync(this.state("runs", run, "result.json")).mtimeMs]));
  }

  /** Runs docker, and returns what it said. */
  public docker(...args: string[]): string {
    return execFileSync("docker", args, {
      encoding: "utf8",
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  }

  /** Runs a shell command on a server. */
  public on(server: string, command: string): string {
    return this.docker("exec", `${this.prefix}-${server}`, "sh", "-c", command);
  }

  /** The names of what the stack has in the engine. */
  public objects(): { readonly containers: string[]; readonly networks: string[]; readonly volumes: string[] } {
    const named = (...args: string[]): string[] =>
      this.docker(...args)
        .split("\n")
        .filter((name) => name.startsWith(this.prefix))
        .sort();
    return {
      containers: named("ps", "--all", "--format", "{{.Names}}"),
      networks: named("network", "ls", "--format", "{{.Name}}"),
      volumes: named("volume", "ls", "--format", "{{.Name}}"),
    };
  }

  /** The files of the copy that hold a text, without the node modules. */
  public holding(text: string): string[] {
    const files = readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return files.filter((file) => readFileSync(file).includes(text));
  }

  /** Deploys the stack, and returns what was said; what failed is the error. */
  public async up(environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, output } = await this.npm("up", [], environment);
    if (code !== 0) throw new Error(output);
    return output;
  }

  /** Takes the stack down, and removes the copy. */
  public async end(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.npm("down", [], environment);
    await stopIdleEngine();
    this.remove();
  }

  /** Removes the copy. */
  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Waits until `check` returns something, and returns it; what it throws counts as not yet. */
export async function eventually<T>(
  what: string,
  seconds: number,
  check: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await check();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${what}: not within ${seconds} s${last instanceof Error ? ` (${last.message})` : ""}`);
}

/** Checks something again and again as long as something else is under way, which is waited for in any case, and returns what came of that. */
export async function during<T>(work: Promise<T>, check: () => Promise<unknown>): Promise<T> {
  const state = { ended: false };
  const settled = Promise.allSettled([work]).finally(() => (state.ended = true));
  try {
    while (!state.ended) await check();
  } finally {
    await settled;
  }
  return work;
}
