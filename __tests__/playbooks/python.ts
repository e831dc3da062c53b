import { spawn, ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { playbooksDirectory } from "../../lib/paths";

/** What a Python program of the playbooks said. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs, and what will come of it. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Said>;
}

/** Starts one of the playbooks' programs without waiting, for tests that serve it meanwhile. */
export function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ""): Running {
  const child = spawn("python3", [join(playbooksDirectory, program), ...args], { env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Said>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { process: child, ended };
}

/** A folder that is removed by {@link removeFolders}. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-playbooks-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

/** Removes what {@link temporaryFolder} made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Writes a program. */
export function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** A user's folder with a stack's state, where a program stands in for ansible-playbook. */
export class StackFolder {
  public readonly path = temporaryFolder();
  public readonly state = join(this.path, ".cdktf-monitoring", "local");

  public constructor(ansiblePlaybook: string) {
    mkdirSync(join(this.path, "bin"));
    writeProgram(join(this.path, "bin", "ansible-playbook"), ansiblePlaybook);
  }

  /** What Terraform hands to a program with an inventory. */
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

/** Waits until something is so. */
export async function until(condition: () => boolean, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not so after ${seconds} s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a file is there. */
export async function untilExists(path: string): Promise<void> {
  await until(() => existsSync(path));
}
