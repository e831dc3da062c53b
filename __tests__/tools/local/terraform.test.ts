import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../tools/cli/process";
import { terraformName } from "../../../tools/cli/terraform-name";
import { cliConfiguration, ensureTerraform, hasProviderInstallation } from "../../../tools/local/terraform";

const folder = mkdtempSync(join(tmpdir(), "terraform-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const REGISTRY = "registry.terraform.io";
const mirrors = [
  { path: "/mirrors/of mine", providers: ["hashicorp/aws", "hashicorp/null"] },
  { path: "/other", providers: ["hashicorp/random"] },
];

describe("cliConfiguration", () => {
  it("has a block for each mirror and excludes the public registry", () => {
    expect(cliConfiguration(mirrors, REGISTRY)).toBe(`provider_installation {
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
});

describe("hasProviderInstallation", () => {
  it.each([
    [cliConfiguration(mirrors, REGISTRY), true],
    ["provider_installation{\n}", true],
    ['plugin_cache_dir = "/x"', false],
    ["# provider_installation {", false],
    ["", false],
  ])("finds the block in %j", (text, expected) => {
    expect(hasProviderInstallation(text)).toBe(expected);
  });
});

const has = (program: string) => !spawnSync(program, ["version"], { stdio: "ignore" }).error;
const reason = [has(terraformName()) ? [] : [`no ${terraformName()} on PATH`], has("go") ? [] : ["no Go on PATH"]]
  .flat()
  .join(", ");

describe("ensureTerraform", () => {
  if (reason) {
    // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- the name contains the reason
    test.skip(`lets Terraform run provisioners (skipped: ${reason})`, () => undefined);
    return;
  }
  it(
    "lets Terraform run create and destroy provisioners of a null resource",
    async () => {
      const { environment } = await ensureTerraform(() => undefined);
      const cwd = mkdtempSync(join(folder, "project-"));
      const mark = join(cwd, "mark");
      const write = (word: string) => ({ command: `echo ${word} > '\${self.triggers.mark}'` });
      writeFileSync(
        join(cwd, "main.tf.json"),
        JSON.stringify({
          terraform: { required_providers: { null: { source: "hashicorp/null", version: "3.2.4" } } },
          resource: {
            null_resource: {
              it: {
                triggers: { mark },
                provisioner: [
                  { "local-exec": write("created") },
                  { "local-exec": { ...write("destroyed"), when: "destroy" } },
                ],
              },
            },
          },
        }),
      );
      const terraform = async (...args: string[]) => {
        const { code, stdout, stderr } = await run(terraformName(), [...args, "-no-color", "-input=false"], {
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
    // The provider may have to be built first, with an empty Go cache.
    300_000,
  );
});
