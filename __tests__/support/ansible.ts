import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The Python that has Ansible's modules, beside ansible-playbook in PATH; undefined where there is none. */
export function ansiblePython(): string | undefined {
  try {
    const playbook = execFileSync("which", ["ansible-playbook"], { encoding: "utf8" }).trim();
    const python = join(dirname(playbook), "python");
    return existsSync(python) ? python : undefined;
  } catch {
    return undefined;
  }
}

/** A test that runs the real Ansible; where there is none it is skipped, and says why. */
export const ansibleTest = (name: string, body: () => void): void => {
  if (ansiblePython() === undefined) test.skip(`${name} (skipped: there is no Ansible; "npm test" says why)`, body);
  else test(name, body, 60_000);
};

/** A test of one of our modules, as root, to whom what it writes belongs; elsewhere it is skipped, and says why. */
export const moduleTest = (name: string, body: () => void): void => {
  if (process.getuid?.() === 0) ansibleTest(name, body);
  else test.skip(`${name} (skipped: only root may give files away)`, body);
};
