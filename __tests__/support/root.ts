import { spawnSync } from "node:child_process";

/** A test of what only root may do, and on Linux only, which servers are; elsewhere it is skipped. */
export function rootTest(title: string, run: () => Promise<void>): void {
  if (process.platform === "linux" && process.getuid?.() === 0) test(title, run);
  else test.skip(`${title} (skipped: it takes root on Linux)`, run);
}

/** A test of what takes access control lists as well, the user nobody and the group adm. */
export function aclTest(title: string, run: () => Promise<void>): void {
  const tools = "command -v setfacl setpriv && id nobody && getent group adm";
  if (spawnSync("sh", ["-c", tools]).status === 0) rootTest(title, run);
  else test.skip(`${title} (skipped: it takes setfacl, setpriv, the user nobody and the group adm)`, run);
}
