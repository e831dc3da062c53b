import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { ensureTerraform, providerOf } from "../../tools/local/terraform";
import { cacheConfiguration } from "../../tools/local/terraform/mirrors";
import { OPEN_TOFU } from "../../tools/local/terraform/program";
import { missingOpenTofu, openTofu } from "../support/open-tofu";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { terraformWith } from "../support/terraform";

/** Milliseconds to build OpenTofu on a slow machine. */
const BUILD_TIMEOUT = 1_800_000;

/** The environment of a user who has OpenTofu and no Terraform. */
function withoutTerraform(project: Project, program: string): NodeJS.ProcessEnv {
  const folder = join(project.directory, "no-terraform");
  mkdirSync(folder);
  writeFileSync(join(folder, "terraform"), "#!/bin/sh\necho Terraform was called >&2\nexit 1\n");
  chmodSync(join(folder, "terraform"), 0o755);
  return { TERRAFORM_BINARY_NAME: program, PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` };
}

if (missingOpenTofu !== undefined) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- the name contains the reason
  test.skip(`deploys the stack with OpenTofu (skipped: ${missingOpenTofu})`, () => undefined);
} else {
  describe("with TERRAFORM_BINARY_NAME=tofu", () => {
    const project = new Project("e2e-tofu", "198.18.16.0/20");
    let environment: NodeJS.ProcessEnv = {};

    beforeAll(async () => {
      environment = withoutTerraform(project, await openTofu());
    }, BUILD_TIMEOUT);

    afterAll(async () => {
      await project.end(environment);
    }, DEPLOY_TIMEOUT);

    test(
      "npm run up deploys the stack, whose targets are all up",
      async () => {
        await project.upPrometheus(environment);
        const targets = ["gateway/hub: up", "node/app: up", "node/hub: up", "prometheus/hub: up"];
        await PrometheusApi.behindGateway(project, "hub").waitForTargets(...targets);
        const folder = join(project.directory, "cdktf.out/stacks/local");
        expect(terraformWith(environment, folder, "version")).toContain("registry.opentofu.org/hashicorp/null");
      },
      2 * DEPLOY_TIMEOUT,
    );

    test(
      "OpenTofu finds no changes in a stack that Terraform applied",
      async () => {
        const folder = join(project.directory, "switched");
        mkdirSync(folder);
        const provider = providerOf(join(projectRoot, "node_modules", "@cdktf", "provider-null"));
        const stack = {
          terraform: { required_providers: { null: provider } },
          resource: { null_resource: { it: { triggers: { version: "1" } } } },
        };
        writeFileSync(join(folder, "main.tf.json"), JSON.stringify(stack));
        const { environment: providers } = await ensureTerraform(() => undefined);
        terraformWith(providers, folder, "init", "-input=false");
        terraformWith(providers, folder, "apply", "-auto-approve", "-input=false");
        const tofu = { ...environment, TF_CLI_CONFIG_FILE: cacheConfiguration(OPEN_TOFU) };
        terraformWith(tofu, folder, "init", "-input=false");
        expect(terraformWith(tofu, folder, "plan", "-detailed-exitcode", "-no-color")).toContain("No changes.");
      },
      DEPLOY_TIMEOUT,
    );

    test(
      "a second deploy changes nothing",
      async () => {
        const before = project.runTimes;
        expect(await project.up(environment)).toContain("No changes. Your infrastructure matches the configuration.");
        expect(project.runTimes).toEqual(before);
      },
      DEPLOY_TIMEOUT,
    );

    test(
      "verify, play and down work as with Terraform",
      async () => {
        expect(await project.succeed("verify", [], environment)).toContain("All checks passed.");
        await project.succeed("play", ["node_exporter"], environment);
        await project.succeed("down", [], environment);
        expect(project.objects()).toEqual({ containers: [], networks: [], volumes: [] });
      },
      2 * DEPLOY_TIMEOUT,
    );
  });
}
