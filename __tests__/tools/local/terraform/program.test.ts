import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thisPlatform } from "../../../../tools/local/source/go";
import { examineProgram, type TerraformProgram } from "../../../../tools/local/terraform/program";

const folder = mkdtempSync(join(tmpdir(), "program-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Examines a program that answers "version" with a text. */
async function examine(answer: string): Promise<TerraformProgram> {
  const program = join(folder, "program");
  writeFileSync(program, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n`, { mode: 0o755 });
  return examineProgram(program);
}

describe("examineProgram", () => {
  it.each([
    ["Terraform v1.11.4\non linux_amd64", "Terraform", "1.11.4", "amd64", "registry.terraform.io"],
    ["OpenTofu v1.12.6-dev\non linux_arm64\n+ provider x", "OpenTofu", "1.12.6-dev", "arm64", "registry.opentofu.org"],
  ])("recognizes %j", async (answer, name, version, architecture, registry) => {
    expect(await examine(answer)).toMatchObject({
      product: { name, registry },
      version,
      platform: { os: "linux", architecture },
    });
  });

  it("takes the platform of this machine if the program names none", async () => {
    expect((await examine("Terraform v1.5.0")).platform).toEqual(thisPlatform());
  });

  it.each([
    ["Terraform v1.4.9\non linux_amd64", "is too old: install Terraform 1.5 or later"],
    [
      "OpenTofu v1.5.0\non linux_amd64",
      "is too old: install OpenTofu 1.6 or later (https://opentofu.org/docs/intro/install/)",
    ],
    ["hello", "does not answer like Terraform or OpenTofu"],
  ])("rejects %j", async (answer, message) => {
    await expect(examine(answer)).rejects.toThrow(message);
  });

  it("names OpenTofu if the program is missing", async () => {
    await expect(examineProgram(join(folder, "missing"))).rejects.toThrow(
      /missing is missing: install Terraform 1\.5 or later .*, or set TERRAFORM_BINARY_NAME=tofu$/,
    );
  });
});
