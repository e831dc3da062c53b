import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { adoptProvider } from "../../../../tools/local/terraform/cache-mirror";
import { OPEN_TOFU } from "../../../../tools/local/terraform/program";

const folder = mkdtempSync(join(tmpdir(), "cache-mirror-"));
const before = process.env.CDKTF_MONITORING_CACHE;
beforeEach(() => {
  process.env.CDKTF_MONITORING_CACHE = mkdtempSync(join(folder, "cache-"));
});
afterAll(() => {
  process.env.CDKTF_MONITORING_CACHE = before;
  if (before === undefined) delete process.env.CDKTF_MONITORING_CACHE;
  rmSync(folder, { recursive: true });
});

const provider = { source: "hashicorp/null", version: "3.2.4" };
const platform = { os: "linux", architecture: "amd64" };
const NAME = "terraform-provider-null_v3.2.4_x5";

/** Adopts a provider of Terraform's registry for OpenTofu, and returns the path of its program in the cache. */
async function adopt(root: string): Promise<string> {
  const from = { root, registry: "registry.terraform.io" };
  const mirror = await adoptProvider(
    from,
    provider,
    { product: OPEN_TOFU, version: "1.12.6", platform },
    () => undefined,
  );
  return join(mirror, "registry.opentofu.org/hashicorp/null/3.2.4/linux_amd64", NAME);
}

describe("adoptProvider", () => {
  it("adds an extracted provider of Terraform's registry under the name of OpenTofu's registry", async () => {
    const root = mkdtempSync(join(folder, "unpacked-"));
    const target = join(root, "registry.terraform.io/hashicorp/null/3.2.4/linux_amd64");
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, NAME), "program", { mode: 0o755 });
    const adopted = await adopt(root);
    expect(readFileSync(adopted, "utf8")).toBe("program");
    // A second call keeps it.
    const { ino } = statSync(adopted);
    expect(statSync(await adopt(root)).ino).toBe(ino);
  });

  it("extracts a provider in an archive, so that it is executable", async () => {
    const root = mkdtempSync(join(folder, "packed-"));
    const archive = join(root, "registry.terraform.io/hashicorp/null/terraform-provider-null_3.2.4_linux_amd64.zip");
    mkdirSync(dirname(archive), { recursive: true });
    const script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr(sys.argv[2], 'program')";
    execFileSync("python3", ["-c", script, archive, NAME]);
    const adopted = await adopt(root);
    expect(statSync(adopted).mode & 0o111).toBe(0o111);
  });

  it("names an archive that cannot be extracted, and leaves no part of it", async () => {
    const root = mkdtempSync(join(folder, "broken-"));
    const archive = join(root, "registry.terraform.io/hashicorp/null/terraform-provider-null_3.2.4_linux_amd64.zip");
    mkdirSync(dirname(archive), { recursive: true });
    writeFileSync(archive, "no archive");
    await expect(adopt(root)).rejects.toThrow(`cannot extract ${archive}`);
    expect(existsSync(join(process.env.CDKTF_MONITORING_CACHE ?? "", "terraform/mirror"))).toBe(false);
  });
});
