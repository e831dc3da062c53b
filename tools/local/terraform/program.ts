import { run } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import { thisPlatform, type Platform } from "../source/go";
import { isAtLeast } from "../version";

/** The oldest Terraform that supports all features of the synthesized stacks. */
const OLDEST = "1.5";

/** The installed Terraform. */
export interface TerraformProgram {
  readonly version: string;
  /** Platform that the program was built for. */
  readonly platform: Platform;
}

let program: Promise<TerraformProgram> | undefined;

/**
 * The installed Terraform. Checked once.
 *
 * @throws UserError if Terraform is missing or too old
 */
export function terraformProgram(): Promise<TerraformProgram> {
  program ??= findTerraform();
  return program;
}

async function findTerraform(): Promise<TerraformProgram> {
  // cdktf uses the same variable.
  const name = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
  const remedy = `install Terraform ${OLDEST} or later (https://developer.hashicorp.com/terraform/install) and put it on PATH`;
  // Reads an empty CLI configuration, so that a broken one of the user does not look like a missing Terraform.
  const environment = { TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" };
  const result = await run(name, ["version", "-json"], { environment }).catch(() => undefined);
  if (!result) {
    throw new UserError(`${name} is missing: ${remedy}`);
  }
  const { terraform_version: version = "", platform = "" } = parseObject(result.stdout);
  if (result.code !== 0 || !isAtLeast(version, OLDEST)) {
    throw new UserError(`${name} ${version || "of unknown version"} is too old: ${remedy}`);
  }
  const [os, architecture] = platform.split("_");
  return { version, platform: os && architecture ? { os, architecture } : thisPlatform() };
}

function parseObject(text: string): Record<string, string | undefined> {
  try {
    return JSON.parse(text) as Record<string, string | undefined>;
  } catch {
    return {};
  }
}
