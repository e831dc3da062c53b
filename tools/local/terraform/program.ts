import { join } from "node:path";
import { variable } from "../../cli/environment";
import { run } from "../../cli/process";
import { terraformName } from "../../cli/terraform-name";
import { UserError } from "../../cli/user-error";
import { thisPlatform, type Platform } from "../source/go";
import { isAtLeast } from "../version";

/** A program that applies stacks. */
export interface TerraformProduct {
  readonly name: string;
  /** Name of its program. */
  readonly program: string;
  /** The oldest version that supports all features of the synthesized stacks. */
  readonly oldest: string;
  /** Page that says how to install it. */
  readonly page: string;
  /** Host name of the registry from which it downloads providers by default. */
  readonly registry: string;
  /** CLI configurations of the user, of which it reads the first one that exists. Relative paths are in the home folder. */
  readonly userFiles: readonly string[];
  /** Name, without its extension, of the CLI configuration that the tools write to the cache. */
  readonly configuration: string;
}

export const TERRAFORM: TerraformProduct = {
  name: "Terraform",
  program: "terraform",
  oldest: "1.5",
  page: "https://developer.hashicorp.com/terraform/install",
  registry: "registry.terraform.io",
  userFiles: [".terraformrc"],
  configuration: "cli",
};

export const OPEN_TOFU: TerraformProduct = {
  name: "OpenTofu",
  program: "tofu",
  oldest: "1.6",
  page: "https://opentofu.org/docs/intro/install/",
  registry: "registry.opentofu.org",
  userFiles: [".tofurc", ".terraformrc", join(variable("XDG_CONFIG_HOME") ?? ".config", "opentofu", "tofurc")],
  configuration: "opentofu",
};

export const PRODUCTS: readonly TerraformProduct[] = [TERRAFORM, OPEN_TOFU];

/** The installed Terraform or OpenTofu. */
export interface TerraformProgram {
  readonly product: TerraformProduct;
  readonly version: string;
  /** Platform that the program was built for. */
  readonly platform: Platform;
}

let program: Promise<TerraformProgram> | undefined;

/**
 * The program that cdktf calls. Checked once.
 *
 * @throws UserError if it is missing, too old, or neither Terraform nor OpenTofu
 */
export function terraformProgram(): Promise<TerraformProgram> {
  program ??= examineProgram(terraformName());
  return program;
}

/**
 * Asks a program for its product and version.
 *
 * @throws UserError like {@link terraformProgram}
 */
export async function examineProgram(name: string): Promise<TerraformProgram> {
  // Reads an empty CLI configuration, so that a broken one of the user does not look like a missing Terraform.
  const environment = { TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" };
  const result = await run(name, ["version"], { environment }).catch(() => undefined);
  if (!result) throw new UserError(`${name} is missing: ${remedy(TERRAFORM)}, or set TERRAFORM_BINARY_NAME=tofu`);
  // Not "version -json", because both programs name themselves only in the text.
  const [, product = "", version = "", os, architecture] =
    /^(Terraform|OpenTofu) v(\S+)(?:\s+on ([a-z0-9]+)_(\w+))?/.exec(result.stdout) ?? [];
  const found = PRODUCTS.find((candidate) => candidate.name === product);
  if (result.code !== 0 || !found)
    throw new UserError(`"${name} version" does not answer like Terraform or OpenTofu: ${remedy(TERRAFORM)}`);
  if (!isAtLeast(version, found.oldest)) throw new UserError(`${name} ${version} is too old: ${remedy(found)}`);
  return { product: found, version, platform: os && architecture ? { os, architecture } : thisPlatform() };
}

function remedy({ name, oldest, page }: TerraformProduct): string {
  return `install ${name} ${oldest} or later (${page}) and put it on PATH`;
}
