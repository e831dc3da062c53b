import { existsSync, readFileSync } from "node:fs";
import { run, UserError, type Log } from "../cli/common";

/** Whether this machine runs Debian, Ubuntu or what descends from them. */
export function isDebian(): boolean {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/**
 * Installs packages of Debian, as root.
 *
 * @param remedy what to do where that fails, for the {@link UserError} that is thrown then
 */
export async function installPackages(names: readonly string[], remedy: string, log: Log): Promise<void> {
  log(`installing ${names.join(" and ")} with apt-get`);
  await aptGet(["update"], remedy, log);
  await aptGet(["install", "--yes", "--no-install-recommends", ...names], remedy, log);
}

async function aptGet(args: readonly string[], remedy: string, log: Log): Promise<void> {
  const result = await run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], {
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.code !== 0) {
    result.stderr.trim().split("\n").forEach(log);
    throw new UserError(`apt-get ${args.join(" ")} failed (see above); ${remedy}`);
  }
}
