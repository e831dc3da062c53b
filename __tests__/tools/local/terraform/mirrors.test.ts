import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProvider, holdsProvider } from "../../../../tools/local/terraform/mirrors";

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
    expect(holdsProvider(root, provider, linux)).toBe(false);
    writeFileSync(join(target, "terraform-provider-null_v3.2.4_x5"), "");
    expect(holdsProvider(root, provider, linux)).toBe(true);
    expect(holdsProvider(root, provider, { ...linux, architecture: "arm64" })).toBe(false);
    expect(holdsProvider(root, { ...provider, version: "3.2.3" }, linux)).toBe(false);
  });

  it("finds a provider as an archive", () => {
    const root = mkdtempSync(join(folder, "packed-"));
    const type = join(root, "registry.terraform.io/hashicorp/null");
    mkdirSync(type, { recursive: true });
    writeFileSync(join(type, "terraform-provider-null_3.2.4_linux_amd64.zip"), "");
    expect(holdsProvider(root, provider, linux)).toBe(true);
  });
});

describe("findProvider", () => {
  it("prefers the mirror that the environment names", async () => {
    const before = { ...process.env };
    const root = mkdtempSync(join(folder, "named-"));
    const program = spawnSync("terraform", ["version", "-json"], { encoding: "utf8" }).stdout;
    const platform =
      /"platform": "(.*)"/.exec(program)?.[1] ?? `${process.platform}_${process.arch.replace("x64", "amd64")}`;
    const target = join(root, "registry.terraform.io/hashicorp/aws/0.0.1", platform);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, "terraform-provider-aws_v0.0.1_x5"), "");
    process.env.CDKTF_MONITORING_PROVIDER_MIRROR = root;
    try {
      expect(await findProvider("hashicorp/aws", "0.0.1")).toBe(root);
    } finally {
      process.env = before;
    }
  });
});
