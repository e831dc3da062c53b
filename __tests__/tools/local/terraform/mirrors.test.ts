import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProvider, holdsProvider, type Place } from "../../../../tools/local/terraform/mirrors";
import { OPEN_TOFU, TERRAFORM, type TerraformProduct } from "../../../../tools/local/terraform/program";

const folder = mkdtempSync(join(tmpdir(), "mirrors-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("holdsProvider", () => {
  const linux = { os: "linux", architecture: "amd64" };
  const provider = { source: "hashicorp/null", version: "3.2.4" };

  it("finds an extracted provider for one platform", () => {
    const root = mkdtempSync(join(folder, "unpacked-"));
    const target = join(root, "registry.terraform.io/hashicorp/null/3.2.4/linux_amd64");
    mkdirSync(target, { recursive: true });
    expect(holdsProvider({ root, registry: "registry.terraform.io" }, provider, linux)).toBe(false);
    writeFileSync(join(target, "terraform-provider-null_v3.2.4_x5"), "");
    expect(holdsProvider({ root, registry: "registry.terraform.io" }, provider, linux)).toBe(true);
    expect(
      holdsProvider({ root, registry: "registry.terraform.io" }, provider, { ...linux, architecture: "arm64" }),
    ).toBe(false);
    expect(holdsProvider({ root, registry: "registry.terraform.io" }, { ...provider, version: "3.2.3" }, linux)).toBe(
      false,
    );
  });

  it("finds a provider as an archive", () => {
    const root = mkdtempSync(join(folder, "packed-"));
    const type = join(root, "registry.terraform.io/hashicorp/null");
    mkdirSync(type, { recursive: true });
    writeFileSync(join(type, "terraform-provider-null_3.2.4_linux_amd64.zip"), "");
    expect(holdsProvider({ root, registry: "registry.terraform.io" }, provider, linux)).toBe(true);
  });
});

describe("findProvider", () => {
  const before = { ...process.env };
  const provider = { source: "hashicorp/aws", version: "0.0.1" };

  /** Returns a mirror that the environment names, and that has the provider under the names of registries. */
  function mirror(...registries: readonly string[]): string {
    const root = mkdtempSync(join(folder, "named-"));
    for (const registry of registries) {
      const target = join(root, registry, "hashicorp/aws/0.0.1", "linux_amd64");
      mkdirSync(target, { recursive: true });
      writeFileSync(join(target, "terraform-provider-aws_v0.0.1_x5"), "");
    }
    process.env.CDKTF_MONITORING_PROVIDER_MIRROR = root;
    return root;
  }

  const find = (product: TerraformProduct): Promise<Place | undefined> =>
    findProvider(provider, { product, version: "1.12.0", platform: { os: "linux", architecture: "amd64" } });

  afterEach(() => {
    process.env = { ...before };
  });

  it("prefers the mirror that the environment names", async () => {
    const root = mirror("registry.terraform.io");
    expect(await find(TERRAFORM)).toEqual({ root, registry: "registry.terraform.io" });
  });

  it("finds a provider of either registry for OpenTofu, and prefers its own", async () => {
    const root = mirror("registry.terraform.io");
    expect(await find(OPEN_TOFU)).toEqual({ root, registry: "registry.terraform.io" });
    const both = mirror("registry.terraform.io", "registry.opentofu.org");
    expect(await find(OPEN_TOFU)).toEqual({ root: both, registry: "registry.opentofu.org" });
  });

  it("finds no provider of OpenTofu's registry for Terraform", async () => {
    const root = mirror("registry.opentofu.org");
    expect((await find(TERRAFORM))?.root).not.toBe(root);
  });
});
