import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../tools/cli/process";
import {
  cliConfiguration,
  ensureTerraform,
  findProvider,
  hasProviderInstallation,
  holdsProvider,
} from "../../../tools/local/terraform";

const folder = mkdtempSync(join(tmpdir(), "terraform-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const mirrors = [
  { path: "/mirrors/of mine", providers: ["hashicorp/aws", "hashicorp/null"] },
  { path: "/other", providers: ["hashicorp/random"] },
];

describe("the CLI configuration", () => {
  test("has a block for each mirror, and takes nothing from the public registry", () => {
    expect(cliConfiguration(mirrors)).toBe(`provider_installation {
  filesystem_mirror {
    path    = "/mirrors/of mine"
    include = ["registry.terraform.io/hashicorp/aws", "registry.terraform.io/hashicorp/null"]
  }
  filesystem_mirror {
    path    = "/other"
    include = ["registry.terraform.io/hashicorp/random"]
  }
  direct {
    exclude = ["registry.terraform.io/*/*"]
  }
}
`);
  });

  test.each([
    [cliConfiguration(mirrors), true],
    ["provider_installation{\n}", true],
    ['plugin_cache_dir = "/x"', false],
    ["# provider_installation {", false],
    ["", false],
  ])("is known by its block: %j", (text, expected) => {
    expect(hasProviderInstallation(text)).toBe(expected);
  });
});

describe("a mirror", () => {
  const linux = { os: "linux", architecture: "amd64" };
  const provider = { source: "hashicorp/null", version: "3.2.4" };

  test("holds a provider unpacked, for one platform", () => {
    const root = mkdtempSync(join(folder, "unpacked-"));
    const target = join(root, "registry.terraform.io/hashicorp/null/3.2.4/linux_amd64");
    mkdirSync(target, { recursive: true });
    expect(holdsProvider(root, provider, linux)).toBe(false);
    writeFileSync(join(target, "terraform-provider-null_v3.2.4_x5"), "");
    expect(holdsProvider(root, provider, linux)).toBe(true);
    expect(holdsProvider(root, provider, { ...linux, architecture: "arm64" })).toBe(false);
    expect(holdsProvider(root, { ...provider, version: "3.2.3" }, linux)).toBe(false);
  });

  test("holds a provider as an archive", () => {
    const root = mkdtempSync(join(folder, "packed-"));
    const type = join(root, "registry.terraform.io/hashicorp/null");
    mkdirSync(type, { recursive: true });
    writeFileSync(join(type, "terraform-provider-null_3.2.4_linux_amd64.zip"), "");
    expect(holdsProvider(root, provider, linux)).toBe(true);
  });

  test("that the environment names is found first", async () => {
    const named = { ...process.env };
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
      process.env = named;
    }
  });
});

const has = (program: string) => !spawnSync(program, ["version"], { stdio: "ignore" }).error;
const reason = [has("terraform") ? [] : ["no terraform on PATH"], has("go") ? [] : ["no Go on PATH"]].flat().join(", ");

describe("Terraform, with what was prepared for it", () => {
  if (reason) {
    // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- what can't run here says why
    test.skip(`runs provisioners (skipped: ${reason})`, () => undefined);
    return;
  }
  test(
    "runs create and destroy provisioners of a null resource",
    async () => {
      const { environment } = await ensureTerraform(() => undefined);
      const cwd = mkdtempSync(join(folder, "project-"));
      const mark = join(cwd, "mark");
      const say = (word: string) => ({ command: `echo ${word} > '\${self.triggers.mark}'` });
      writeFileSync(
        join(cwd, "main.tf.json"),
        JSON.stringify({
          terraform: { required_providers: { null: { source: "hashicorp/null", version: "3.2.4" } } },
          resource: {
            null_resource: {
              it: {
                triggers: { mark },
                provisioner: [
                  { "local-exec": say("created") },
                  { "local-exec": { ...say("destroyed"), when: "destroy" } },
                ],
              },
            },
          },
        }),
      );
      const terraform = async (...args: string[]) => {
        const { code, stdout, stderr } = await run("terraform", [...args, "-no-color", "-input=false"], {
          cwd,
          environment,
        });
        return code === 0 ? "done" : `${code ?? "stopped"}: ${stdout}${stderr}`;
      };
      expect(await terraform("init")).toBe("done");
      expect(await terraform("apply", "-auto-approve")).toBe("done");
      expect(readFileSync(mark, "utf8")).toBe("created\n");
      expect(await terraform("plan", "-detailed-exitcode")).toBe("done");
      expect(await terraform("destroy", "-auto-approve")).toBe("done");
      expect(readFileSync(mark, "utf8")).toBe("destroyed\n");
      expect(existsSync(join(cwd, ".terraform.lock.hcl"))).toBe(true);
    },
    // Where the provider has to be built first, on a cold cache of Go.
    300_000,
  );
});
