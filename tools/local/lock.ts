import { spawn } from "node:child_process";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { type Log } from "../cli/process";
import { UserError } from "../cli/user-error";

// Node.js has no flock. Python has it, and Ansible needs Python anyway. With -I, Python imports no modules from the folder of
// the program.
const LOCK_PROGRAM = join(playbooksDirectory, "controller", "lock.py");

/**
 * Runs an action while this process holds an exclusive lock on a file, and logs if it must wait for the lock. The kernel
 * releases the lock when the process ends, also after a crash.
 *
 * @throws UserError if the file cannot be locked
 */
export async function withLock<T>(file: string, log: Log, action: () => Promise<T>): Promise<T> {
  // The program holds the lock until its standard input ends, at the latest when this process ends.
  const holder = spawn("python3", ["-I", LOCK_PROGRAM, file], { stdio: ["pipe", "pipe", "ignore"] });
  holder.stdin.on("error", () => undefined);
  try {
    await new Promise<void>((done, reject) => {
      holder.on("error", (error) => {
        reject(new UserError(`cannot start python3, which locks ${file}: ${error.message}`));
      });
      holder.on("close", () => {
        reject(new UserError(`cannot lock ${file}: check that its folder is writable`));
      });
      holder.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes("waiting")) {
          log(`waiting for another process that holds ${file}`);
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
