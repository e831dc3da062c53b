import { spawnSync } from "node:child_process";

/** A test that needs root on Linux. It is skipped elsewhere, and its name contains the reason. */
export function rootTest(title: string, run: () => Promise<void>): void {
  if (process.platform === "linux" && process.getuid?.() === 0) test(title, run);
  else test.skip(`${title} (skipped: needs root on Linux)`, run);
}

/** A {@link rootTest} that also needs access control lists, the user `nobody` and the group `adm`. */
export function aclTest(title: string, run: () => Promise<void>): void {
  const tools = "command -v setfacl setpriv && id nobody && getent group adm";
  if (spawnSync("sh", ["-c", tools]).status === 0) rootTest(title, run);
  else test.skip(`${title} (skipped: needs setfacl, setpriv, the user nobody and the group adm)`, run);
}

/** A test as root that needs a program; skipped where the program is missing. */
export function programTest(program: string, title: string, run: () => Promise<void>): void {
  if (spawnSync("sh", ["-c", `command -v ${program}`]).status === 0) rootTest(title, run);
  else test.skip(`${title} (skipped: it needs the program ${program})`, run);
}
