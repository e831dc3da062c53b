import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stopIdleEngine } from "../../tools/local/engine";
import { copyProject } from "../../tools/dev/project-copy";
import { removeLeftovers } from "./leftovers";
import { until } from "./wait";

/** Timeout of a deploy in milliseconds. On a slow machine, a deploy takes one minute. */
export const DEPLOY_TIMEOUT = 300_000;

/** The result of one host in a run's `result.json`. */
export interface HostResult {
  readonly state: string;
  readonly touched: boolean;
  readonly changed: number;
  readonly message?: string;
}

/** Exit code and output of a command. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Expects that a command succeeded.
 *
 * @throws the command's output if the command failed
 */
export function requireSuccess({ code, output }: Outcome): void {
  if (code !== 0) throw new Error(`the command failed with exit code ${String(code)}:\n${output}`);
}

/** A copy of the project as a new user has it after cloning, together with the installed node modules. */
export class Project {
  public readonly directory = mkdtempSync(join(tmpdir(), "cdktf-monitoring-e2e-"));
  private readonly environment: NodeJS.ProcessEnv;

  public constructor(
    public readonly prefix: string,
    subnet: string,
  ) {
    removeLeftovers(prefix);
    copyProject(this.directory);
    this.environment = { ...process.env, LOCAL_PREFIX: prefix, LOCAL_SUBNET: subnet, NO_COLOR: "1" };
  }

  /** Runs a script of package.json. */
  public npm(script: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.start(script, args, environment).ended;
  }

  /** Starts a script of package.json in a separate process group. */
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

  /** Runs a script of package.json, and returns its output. Throws the output if the script fails. */
  public async succeed(
    script: string,
    args: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    const outcome = await this.npm(script, args, environment);
    requireSuccess(outcome);
    return outcome.output;
  }

  /** Deploys the stack, and returns the output. Throws the output if the deploy fails. */
  public async up(environment: NodeJS.ProcessEnv = {}): Promise<string> {
    return this.succeed("up", [], environment);
  }

  /**
   * Deploys the example stack without Alertmanager, Grafana and Loki, and returns the printed URL of Prometheus. This
   * takes half the time of a complete deploy.
   */
  public async upPrometheus(environment: NodeJS.ProcessEnv = {}): Promise<string> {
    for (const name of ["Alertmanager", "Grafana", "Loki"])
      this.edit("main.ts", (text) => text.replace(new RegExp(`^ *new ${name}\\(hub.*\\n`, "m"), ""));
    const output = await this.up(environment);
    const [, url] = /^Prometheus +(http:\S+)$/m.exec(output) ?? [];
    if (url === undefined) throw new Error(`no URL of Prometheus in the output:\n${output}`);
    return url;
  }

  /** Waits until the current deploy executes tasks of a run. */
  public async runStarted(run: string): Promise<void> {
    await until(
      `a task of the run ${run}`,
      180,
      () => existsSync(this.state("in-flight", run)) && existsSync(this.state("runs", run, "events.jsonl")),
    );
  }

  /** Edits a file. Throws if the edit changes nothing. */
  public edit(file: string, change: (text: string) => string): void {
    const path = join(this.directory, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`the edit changed nothing in ${file}`);
    writeFileSync(path, after);
  }

  /** Returns a path in the stack's private folder. */
  public state(...path: string[]): string {
    return join(this.directory, ".cdktf-monitoring", "local", ...path);
  }

  /** Returns the results of a run's last execution by host. */
  public result(run: string): Readonly<Record<string, HostResult>> {
    const result = JSON.parse(readFileSync(this.state("runs", run, "result.json"), "utf8")) as {
      hosts: Readonly<Record<string, HostResult>>;
    };
    return result.hosts;
  }

  /** Time of each run's last execution. */
  public get runTimes(): Readonly<Record<string, number>> {
    const runs = readdirSync(this.state("runs"));
    return Object.fromEntries(runs.map((run) => [run, statSync(this.state("runs", run, "result.json")).mtimeMs]));
  }

  /** Runs a docker command, and returns its output. */
  public docker(...args: string[]): string {
    return this.engine(args);
  }

  /**
   * Runs a shell command on a server, and returns its output.
   *
   * @param input standard input of the command; by default, it has none
   */
  public on(server: string, command: string, input?: string): string {
    const options = input === undefined ? [] : ["--interactive"];
    return this.engine(["exec", ...options, `${this.prefix}-${server}`, "sh", "-c", command], input);
  }

  /** Writes a file on a server, and creates its folder if there is none. */
  public write(server: string, path: string, content: string): void {
    const base64 = Buffer.from(content).toString("base64");
    this.on(server, `mkdir -p ${dirname(path)} && echo ${base64} | base64 -d > ${path}`);
  }

  /** Returns a server's address. */
  public address(server: string): string {
    return this.on(server, "hostname -I").split(" ")[0] ?? "";
  }

  /** Returns the URL of a service on a server. */
  public url(server: string, port: number): string {
    return `http://${this.address(server)}:${port}`;
  }

  /** Describes the files in some folders of a server by inode, times, mode and owner, and the start of some services. */
  public fingerprint(server: string, folders: readonly string[], services: readonly string[]): string {
    const files = `find ${folders.join(" ")} -printf '%p %i %T@ %C@ %m %u:%g\\n' 2>/dev/null | sort`;
    const times = "Id,MainPID,ActiveEnterTimestampMonotonic,ExecMainStartTimestampMonotonic";
    return this.on(server, `${files}; systemctl show --property=${times} ${services.join(" ")}`);
  }

  /** Returns the names of the stack's containers, networks and volumes. */
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

  /** Returns the files of the copy that contain a text, without the node modules. */
  public filesWith(text: string): string[] {
    const files = readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return files.filter((file) => readFileSync(file).includes(text));
  }

  /** Destroys the stack and removes the copy. */
  public async end(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.npm("down", [], environment);
    await stopIdleEngine();
    this.remove();
  }

  private engine(args: readonly string[], input?: string): string {
    return execFileSync("docker", args, {
      encoding: "utf8",
      env: this.environment,
      input,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    }).trim();
  }

  /** Removes the copy. */
  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
