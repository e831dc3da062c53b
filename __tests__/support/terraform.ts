import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { terraformName } from "../../tools/cli/terraform-name";

const found = spawnSync(terraformName(), ["version"]).status === 0;

/** A test that runs Terraform. Without Terraform it is skipped, and its name contains the reason. */
export const terraformTest = (name: string, body: () => void | Promise<void>, seconds = 60): void => {
  testIf(missingTerraform(), name, body, seconds);
};

/** A test that runs Terraform and cdktn. It is skipped if one of them is missing. */
export const cdktnTest = (name: string, body: () => void | Promise<void>, seconds = 60): void => {
  testIf(process.env.CDKTN_FOLDER ? missingTerraform() : 'no cdktn: run "npm test"', name, body, seconds);
};

/** Returns the reason why {@link terraformTest} skips its tests, or undefined if it runs them. */
function missingTerraform(): string | undefined {
  return found ? undefined : "no terraform";
}

/** A test that runs Terraform with the AWS provider against moto. It is skipped if one of them is missing. */
export const awsTest = (name: string, body: () => void | Promise<void>, seconds = 60): void => {
  testIf(missingForAws(), name, body, seconds);
};

/** Returns the reason why {@link awsTest} skips its tests, or undefined if it runs them. */
export function missingForAws(): string | undefined {
  if (!found) return "no terraform";
  if (!process.env.MOTO_SERVER) return 'no moto: run "npm test"';
  const configuration = process.env.TF_CLI_CONFIG_FILE;
  // Without access to the registry, a configuration lists the providers of each mirror.
  if (configuration && existsSync(configuration) && !readFileSync(configuration, "utf8").includes("hashicorp/aws"))
    return "no AWS provider on this machine, and the registry is unreachable";
  return undefined;
}

function testIf(missing: string | undefined, name: string, body: () => void | Promise<void>, seconds: number): void {
  const run = async (): Promise<void> => {
    await body();
  };
  if (missing === undefined) test(name, run, seconds * 1000);
  else test.skip(`${name} (skipped: ${missing})`, run);
}

/** Runs Terraform in a folder, and returns its output. Throws if Terraform fails. */
export function terraform(cwd: string, ...args: string[]): string {
  return terraformWith({}, cwd, ...args);
}

/** Like {@link terraform}, with further environment variables. */
export function terraformWith(environment: NodeJS.ProcessEnv, cwd: string, ...args: string[]): string {
  return execFileSync(environment.TERRAFORM_BINARY_NAME ?? terraformName(), args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...environment },
  });
}
