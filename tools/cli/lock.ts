import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { programEnvironment } from "./environment";
import { type Log } from "./process";
import { UserError } from "./user-error";

// Node.js has no flock. Python has it, and Ansible needs Python anyway. With -I, Python imports no modules from the folder of
// the program.
const LOCK_PROGRAM = join(playbooksDirectory, "controller", "lock.py");

/** How a file is locked. */
export interface LockOptions {
  /** Whether other processes can hold a shared lock at the same time. @default false */
  readonly shared?: boolean;
  /** Whether to give up if another process holds the lock, instead of waiting. @default false */
  readonly immediate?: boolean;
}

/** A held lock. The kernel releases it when this process ends, also after a crash. It does not keep this process alive. */
export class Lock {
  private constructor(private readonly holder: ChildProcess) {}

  /**
   * Locks a file, and logs if it must wait.
   *
   * @returns undefined if another process holds the lock and `immediate` is set
   * @throws UserError if the file cannot be locked
   */
  public static async take(file: string, log: Log, options: LockOptions = {}): Promise<Lock | undefined> {
    const flags = [...(options.shared ? ["--shared"] : []), ...(options.immediate ? ["--immediate"] : [])];
    // The program holds the lock until its standard input ends, at the latest when this process ends.
    const holder = spawn("python3", ["-I", LOCK_PROGRAM, ...flags, file], {
      env: programEnvironment(),
      stdio: ["pipe", "pipe", "ignore"],
    });
    holder.stdin.on("error", () => undefined);
    const locked = await new Promise<boolean>((done, reject) => {
      holder.on("error", (error) => {
        reject(new UserError(`cannot start python3, which locks ${file}: ${error.message}`));
      });
      holder.on("close", () => {
        reject(new UserError(`cannot lock ${file}: check that its folder is writable`));
      });
      holder.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes("waiting")) log(`waiting for another process that holds ${file}`);
        if (text.includes("busy")) done(false);
        if (text.includes("locked")) done(true);
      });
    });
    if (!locked) return undefined;
    holder.unref();
    for (const stream of [holder.stdin, holder.stdout]) (stream as { unref?: () => void }).unref?.();
    return new Lock(holder);
  }

  /** Releases the lock. */
  public async release(): Promise<void> {
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    const ended = once(this.holder, "exit");
    this.holder.ref();
    this.holder.stdin?.end();
    await ended;
  }
}

/**
 * Runs an action while this process holds an exclusive lock on a file, and logs if it must wait for the lock.
 *
 * @throws UserError if the file cannot be locked
 */
export async function withLock<T>(file: string, log: Log, action: () => Promise<T>): Promise<T> {
  const lock = await Lock.take(file, log);
  try {
    return await action();
  } finally {
    await lock?.release();
  }
}
