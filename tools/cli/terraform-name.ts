import { variable } from "./environment";

/**
 * Returns the name or path of the program that applies stacks: Terraform, or OpenTofu (`tofu`). cdktf reads the same variable,
 * `TERRAFORM_BINARY_NAME`.
 */
export function terraformName(): string {
  return variable("TERRAFORM_BINARY_NAME") ?? "terraform";
}
