import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { artifactsStep, engineStep, terraformStep } from "../../tools/local/preparation";
import { stopIdleEngine } from "../../tools/local/engine";
import { run } from "../../tools/cli/process";
import { cdktnStep } from "../../tools/dev/cdktn/step";
import { ensureNode } from "../../tools/dev/node-versions";
import { cdktf, cdktn, PackedProject, smallStack } from "../support/packed";

const PREFIX = "e2e-packed";
const SUBNET = "198.19.32.0/20";
/** Timeout of a deploy in milliseconds. */
const DEPLOY = 600_000;
let project: PackedProject;
let machine: Record<string, string> = {};
/** The framework that the project uses now. */
let framework = "cdktf";

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
  project = new PackedProject(cdktf, cdktf.cli);
  project.write("main.ts", smallStack(PREFIX, SUBNET));
  project.run("npx", "tsc");
  // The engine is the last step, because other tests stop an idle engine.
  for (const step of [terraformStep, artifactsStep, engineStep])
    machine = { ...machine, ...(await step.ensure(() => undefined)) };
}, DEPLOY);

afterAll(async () => {
  await shell(`npx ${framework} destroy fresh --auto-approve --skip-provider-lock`);
  await stopIdleEngine();
  project.remove();
}, DEPLOY);

/** Deploys with the framework that the project uses now. */
const deploy = (): ReturnType<typeof shell> =>
  shell(
    `eval "$(npx ${framework}-monitoring env)" && npx ${framework} deploy fresh --auto-approve --skip-provider-lock`,
  );

test(
  "deploys local servers from a project with the installed package",
  async () => {
    expect(await deploy()).toMatchObject({
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
  "plans no changes in a second deploy",
  async () => {
    expect((await deploy()).output).toContain("No changes.");
  },
  DEPLOY,
);

test(
  "plans no changes after the project was switched to cdktn",
  async () => {
    const { CDKTN_FOLDER: folder = "", ...environment } = await cdktnStep.ensure(() => undefined);
    const path = `${dirname(await ensureNode("22"))}:${process.env.PATH ?? ""}`;
    machine = { ...machine, ...environment, PATH: path };
    project.run("npm", "uninstall", "--no-audit", "--no-fund", "cdktf-monitoring", "cdktf", "cdktf-cli", "constructs");
    const other = cdktn(folder);
    project.install(other, other.cli);
    framework = other.name;
    project.write("main.ts", smallStack(PREFIX, SUBNET, framework));
    project.run("npx", "tsc");
    expect((await deploy()).output).toContain("No changes.");
  },
  DEPLOY,
);

test(
  "deploys a further server with cdktn, and verifies the deploy",
  async () => {
    const further = `new MonitoredServer(stack, "web", { monitoring, server: new LocalServer(stack, "web-server", { network }) });`;
    const stack = smallStack(PREFIX, SUBNET, framework);
    project.write("main.ts", stack.replace("app.synth();", `${further}\napp.synth();`));
    project.run("npx", "tsc");
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(containers().trim().split("\n").sort()).toEqual([`${PREFIX}-app`, `${PREFIX}-hub`, `${PREFIX}-web`]);
    const verified = await shell("npx cdktn-monitoring verify --stack fresh");
    expect(verified).toMatchObject({ code: 0, output: expect.stringContaining("All checks passed.") as string });
  },
  DEPLOY,
);

test(
  "destroys all servers with cdktn",
  async () => {
    expect(await shell("npx cdktn destroy fresh --auto-approve --skip-provider-lock")).toMatchObject({ code: 0 });
    expect(containers()).toBe("");
  },
  DEPLOY,
);
