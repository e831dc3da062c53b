import { execFileSync, spawnSync } from "node:child_process";

const found = spawnSync("terraform", ["version"]).status === 0;

/** A test that runs the real Terraform; where there is none it is skipped, and says why. */
export const terraformTest = (name: string, body: () => void, seconds = 60): void => {
  if (found) test(name, body, seconds * 1000);
  else test.skip(`${name} (skipped: there is no terraform)`, body);
};

/** Runs Terraform in a folder and returns what it said. */
export function terraform(cwd: string, ...args: string[]): string {
  return execFileSync("terraform", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" },
  });
}
