import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../tools/cli/project";
import { makeKey } from "./support/aws-topology";
import { awsTest, terraform, terraformTest } from "./support/terraform";

const folders: string[] = [];
const key = makeKey();

/** Synthesizes the example app as cdktf does, in a new folder. Returns the folder of a stack. */
function synthesize(stack: string, environment: NodeJS.ProcessEnv = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "main-"));
  folders.push(folder);
  const unset = { AWS_REGION: "", AWS_KEY_FILE: "", TECHNICIANS: "", STATE_BUCKET: "", PROVISION: "" };
  const { status, stderr } = spawnSync(join(projectRoot, "node_modules/.bin/tsx"), [join(projectRoot, "main.ts")], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...unset, ...environment, CDKTF_OUTDIR: join(folder, "cdktf.out") },
  });
  if (status !== 0) throw new Error(stderr);
  return join(folder, "cdktf.out", "stacks", stack);
}

const configured = { AWS_REGION: "eu-central-1", AWS_KEY_FILE: key, TECHNICIANS: "203.0.113.7/32, 2001:db8::/48" };

afterAll(() => {
  for (const folder of [...folders, join(key, "..")]) rmSync(folder, { recursive: true });
});

describe("the stack aws", () => {
  terraformTest("synthesizes without settings, and lists the missing settings in the plan", () => {
    const directory = synthesize("aws", { AWS_REGION: "eu-central-1" });
    terraform(directory, "init", "-input=false", "-no-color");
    expect(() => terraform(directory, "plan", "-input=false", "-no-color", "-lock=false")).toThrow(
      /The stack "aws" is not configured\. Set these environment variables[^]*AWS_KEY_FILE \(awsKeyFile\)[^]*TECHNICIANS \(technicians\)/,
    );
  });

  awsTest("is valid if it is configured", () => {
    const directory = synthesize("aws", configured);
    terraform(directory, "init", "-input=false", "-no-color");
    expect(terraform(directory, "validate", "-no-color")).toContain("The configuration is valid.");
  });

  test("keeps its state and its lock in the bucket of STATE_BUCKET", () => {
    const { terraform: settings } = JSON.parse(
      readFileSync(join(synthesize("aws", { ...configured, STATE_BUCKET: "states" }), "cdk.tf.json"), "utf8"),
    ) as { terraform: { backend: object } };
    expect(settings.backend).toEqual({
      s3: { bucket: "states", region: "eu-central-1", key: "aws.tfstate", encrypt: true, use_lockfile: true },
    });
  });

  test("rejects malformed settings and names the construct", () => {
    expect(() => synthesize("aws", { ...configured, TECHNICIANS: "203.0.113.7" })).toThrow(
      'aws/monitoring: technicians: CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?',
    );
    expect(() => synthesize("aws", { ...configured, AWS_KEY_FILE: "/nowhere/key" })).toThrow(
      "aws/network: keyPair: the public key /nowhere/key.pub does not exist",
    );
  });
});
