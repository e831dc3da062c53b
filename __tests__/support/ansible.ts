import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Returns the Python interpreter with Ansible's modules, or undefined if there is no Ansible. */
export function ansiblePython(): string | undefined {
  try {
    const playbook = execFileSync("which", ["ansible-playbook"], { encoding: "utf8" }).trim();
    const python = join(dirname(playbook), "python");
    return existsSync(python) ? python : undefined;
  } catch {
    return undefined;
  }
}

/** A test that runs Ansible. Without Ansible it is skipped, and its name contains the reason. */
export const ansibleTest = (name: string, body: (() => void) | (() => Promise<void>)): void => {
  if (ansiblePython() === undefined) test.skip(`${name} (skipped: no Ansible; "npm test" shows the reason)`, body);
  else test(name, body, 60_000);
};

/** A test of a built-in Ansible module that changes the owner of files. It is skipped if the user is not root. */
export const moduleTest = (name: string, body: () => void): void => {
  if (process.getuid?.() === 0) ansibleTest(name, body);
  else test.skip(`${name} (skipped: only root can change the owner of a file)`, body);
};
