import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../cli/lock";
import { run, type Log } from "../cli/process";
import { cacheDirectory } from "../cli/project";
import { UserError } from "../cli/user-error";

/** Whether this machine runs Debian, Ubuntu or a derivative. */
export function isDebian(): boolean {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/**
 * Installs Debian packages. Needs root.
 *
 * @param remedy what the user can do if the installation fails
 * @throws UserError with the remedy if apt-get fails
 */
export async function installPackages(names: readonly string[], remedy: string, log: Log): Promise<void> {
  // apt-get waits for another apt-get only while it installs.
  await withLock(join(cacheDirectory(), "packages.lock"), log, async () => {
    log(`installing ${names.join(" and ")} with apt-get`);
    await aptGet(["update"], remedy, log);
    await aptGet(["install", "--yes", "--no-install-recommends", ...names], remedy, log);
  });
}

async function aptGet(args: readonly string[], remedy: string, log: Log): Promise<void> {
  const result = await run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], {
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.code !== 0) {
    result.stderr.trim().split("\n").forEach(log);
    throw new UserError(`apt-get ${args.join(" ")} failed (see above): ${remedy}`);
  }
}
