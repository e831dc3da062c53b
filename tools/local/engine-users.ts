import { join } from "node:path";
import { Lock } from "../cli/lock";
import { run, type Log } from "../cli/process";

/**
 * The processes that use the separate engine. Each holds a shared lock, so that a killed process does not count. A process
 * that stops the engine holds the lock exclusively.
 */
let registration: Promise<Lock | undefined> | undefined;

/** Counts this process as a user of the engine until it ends or calls {@link unregister}. Waits while an engine is stopped. */
export async function register(folder: string, log: Log): Promise<void> {
  // If the folder is read-only, no separate engine can be started either.
  registration ??= Lock.take(join(folder, "users.lock"), log, { shared: true }).catch(() => undefined);
  await registration;
}

/** Ends the registration of this process. */
async function unregister(): Promise<void> {
  const lock = await registration;
  registration = undefined;
  await lock?.release();
}

/**
 * Runs an action if no other process uses the engine, and keeps new ones waiting meanwhile.
 *
 * @returns whether the action ran
 */
export async function ifUnused(folder: string, log: Log, action: () => Promise<void>): Promise<boolean> {
  await unregister();
  const lock = await Lock.take(join(folder, "users.lock"), log, { immediate: true });
  if (lock === undefined) return false;
  try {
    await action();
  } finally {
    await lock.release();
  }
  return true;
}

/** The owners of containers on an engine, also of stopped ones: folders of projects, or the names of other containers. */
export async function containerOwners(dockerHost: string): Promise<readonly string[]> {
  const format = '{{if .Label "cdktf-monitoring.owner"}}{{.Label "cdktf-monitoring.owner"}}{{else}}{{.Names}}{{end}}';
  const { stdout } = await run("docker", ["--host", dockerHost, "ps", "--all", "--format", format]);
  return [...new Set(stdout.split("\n").filter((line) => line !== ""))].sort();
}
