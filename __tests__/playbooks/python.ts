import { spawn, ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { playbooksDirectory } from "../../lib/paths";

/** Output and exit status of a Python program of the playbooks. */
export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program, and its future output. */
export interface RunningProgram {
  readonly process: ChildProcess;
  readonly ended: Promise<Output>;
}

/** Starts a program of the playbooks without waiting for its end, so that a test can interact with it. */
export function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ""): RunningProgram {
  const child = spawn("python3", [join(playbooksDirectory, program), ...args], { env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Output>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { process: child, ended };
}

/** Creates a folder that {@link removeFolders} removes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "playbooks-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

/** Removes all folders from {@link temporaryFolder}. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Writes an executable file. */
export function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** A project folder with the state of a stack and a replacement for ansible-playbook. */
export class StackFolder {
  public readonly path = temporaryFolder();
  public readonly state = join(this.path, ".cdktf-monitoring", "local");

  public constructor(ansiblePlaybook: string) {
    mkdirSync(join(this.path, "bin"));
    writeProgram(join(this.path, "bin", "ansible-playbook"), ansiblePlaybook);
  }

  /** The environment that Terraform sets for a program with an inventory. */
  public environment(inventory: unknown): NodeJS.ProcessEnv {
    return {
      PATH: `${join(this.path, "bin")}:${process.env.PATH ?? ""}`,
      HOME: this.path,
      CDKTF_MONITORING_CACHE: join(this.path, "cache"),
      MONITORING_STATE: this.state,
      MONITORING_INVENTORY: gzipSync(JSON.stringify(inventory)).toString("base64"),
    };
  }
}

/** Waits until a condition is true. @throws after the given time */
export async function waitUntil(condition: () => boolean, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`condition is still false after ${seconds} s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a file exists. */
export async function waitForFile(path: string): Promise<void> {
  await waitUntil(() => existsSync(path));
}
