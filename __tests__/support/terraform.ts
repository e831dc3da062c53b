import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const found = spawnSync("terraform", ["version"]).status === 0;

/** A test that runs the real Terraform; where there is none it is skipped, and says why. */
export const terraformTest = (name: string, body: () => void | Promise<void>, seconds = 60): void => {
  testIf(found ? undefined : "there is no terraform", name, body, seconds);
};

/** A test that runs Terraform with the AWS provider against moto; where one of them is missing it is skipped, and says why. */
export const awsTest = (name: string, body: () => void | Promise<void>, seconds = 60): void => {
  testIf(missingForAws(), name, body, seconds);
};

/** What is missing for {@link awsTest}, or undefined. */
export function missingForAws(): string | undefined {
  if (!found) return "there is no terraform";
  if (!process.env.MOTO_SERVER) return 'there is no moto: run it by "npm test"';
  const configuration = process.env.TF_CLI_CONFIG_FILE;
  // Where the registry is out of reach there is a configuration that names what each mirror has.
  if (configuration && existsSync(configuration) && !readFileSync(configuration, "utf8").includes("hashicorp/aws"))
    return "there is no AWS provider on this machine, and its registry can't be reached";
  return undefined;
}

function testIf(missing: string | undefined, name: string, body: () => void | Promise<void>, seconds: number): void {
  const run = async (): Promise<void> => {
    await body();
  };
  if (missing === undefined) test(name, run, seconds * 1000);
  else test.skip(`${name} (skipped: ${missing})`, run);
}

/** Runs Terraform in a folder and returns what it said. */
export function terraform(cwd: string, ...args: string[]): string {
  return terraformWith({}, cwd, ...args);
}

/** Runs Terraform in a folder, with more in its environment, and returns what it said. */
export function terraformWith(environment: NodeJS.ProcessEnv, cwd: string, ...args: string[]): string {
  return execFileSync("terraform", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...environment },
  });
}
