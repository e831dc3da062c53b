import { execFileSync } from "node:child_process";
import { artifactsStep, engineStep, terraformStep } from "../../tools/local/preparation";
import { stopIdleEngine } from "../../tools/local/engine";
import { run } from "../../tools/cli/process";
import { PackedProject, smallStack } from "../support/packed";

const PREFIX = "e2e-packed";
/** Timeout of a deploy in milliseconds. */
const DEPLOY = 600_000;
let project: PackedProject;
let machine: Record<string, string> = {};

/** Runs a shell command in the project, with the providers, the engine and the archives of this machine. */
async function shell(line: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const { code, stdout, stderr } = await run("/bin/bash", ["-c", line], {
    cwd: project.directory,
    environment: { ...machine, CI: "1", NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  return { code, output: stdout + stderr };
}

function containers(): string {
  return execFileSync("docker", ["ps", "--all", "--format", "{{.Names}}", "--filter", `name=${PREFIX}`], {
    encoding: "utf8",
    env: { ...process.env, ...machine },
  });
}

beforeAll(async () => {
  project = new PackedProject("cdktf-cli");
  project.write("main.ts", smallStack(PREFIX, "198.19.32.0/20"));
  project.run("npx", "tsc");
  // The engine is the last step, because other tests stop an idle engine.
  for (const step of [terraformStep, artifactsStep, engineStep])
    machine = { ...machine, ...(await step.ensure(() => undefined)) };
}, DEPLOY);

afterAll(async () => {
  await shell("npx cdktf destroy fresh --auto-approve --skip-provider-lock");
  await stopIdleEngine();
  project.remove();
}, DEPLOY);

const DEPLOYING = 'eval "$(npx cdktf-monitoring env)" && npx cdktf deploy fresh --auto-approve --skip-provider-lock';

test(
  "deploys local servers from a project with the installed package",
  async () => {
    expect(await shell(DEPLOYING)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/prometheus_url = "?https:\/\/198\.19\.[\d.]+:9090/) as string,
    });
    expect(containers().trim().split("\n").sort()).toEqual([`${PREFIX}-app`, `${PREFIX}-hub`]);
  },
  DEPLOY,
);

test(
  "verifies the deploy and plays a run with the package's program",
  async () => {
    const verified = await shell("npx cdktf-monitoring verify --stack fresh");
    expect(verified).toMatchObject({ code: 0, output: expect.stringContaining("All checks passed.") as string });
    expect(await shell("npx cdktf-monitoring play --stack fresh")).toMatchObject({
      code: 0,
      output: expect.stringContaining(
        'Runs of the stack "fresh": certificate_authority, cleanup, firewall, gateway, node_exporter, prometheus',
      ) as string,
    });
    expect(await shell("npx cdktf-monitoring play prometheus --force --check --stack fresh")).toMatchObject({
      code: 0,
    });
  },
  DEPLOY,
);

test(
  "plans no changes in a second deploy, and destroys all servers",
  async () => {
    expect((await shell(DEPLOYING)).output).toContain("No changes.");
    expect(await shell("npx cdktf destroy fresh --auto-approve --skip-provider-lock")).toMatchObject({ code: 0 });
    expect(containers()).toBe("");
  },
  DEPLOY,
);
