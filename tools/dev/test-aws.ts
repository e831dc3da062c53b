import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { main, usage } from "../cli/command";
import { run } from "../cli/process";
import { projectRoot } from "../cli/project";
import { UserError } from "../cli/user-error";
import { copyProject, linkEntries } from "./project-copy";

/** Bindings of the newest major version of the AWS provider. "npm test" uses the version in package.json. */
const BINDINGS = "@cdktf/provider-aws@21.22.1";
/** Tests that construct AWS resources, without those that apply them: that needs the provider itself. */
const TESTS = "__tests__/constructs/servers/aws/(?!aws-apply)";

/** File name of the SSH key of the stack. */
const KEY = "id_ed25519";

const HELP = `Usage: ${usage("test:aws", "")}

Tests the AWS constructs with another major version of the AWS provider: installs ${BINDINGS} into a copy of the project, checks
the types, runs the tests of the constructs, and compares the synthesized stack "aws" with that of the version in package.json.
Nothing is applied.`;

async function testAws(): Promise<void> {
  if (process.argv.slice(2).some((word) => ["-h", "--help"].includes(word))) {
    console.log(HELP);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-aws-"));
  try {
    copyProject(folder);
    await step("key", folder, "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", KEY]);
    const before = await synthesize(folder);
    await replaceBindings(folder);
    await step("types", folder, "tsc", ["--noEmit", "-p", "tsconfig.json"]);
    await step("tests", folder, "jest", [TESTS, "--selectProjects", "unit", "--silent"]);
    const after = await synthesize(folder);
    const different = differences(before.stack, after.stack);
    if (different.length > 0)
      throw new UserError(
        `the stack "aws" differs with ${BINDINGS}:\n${different.map((path) => `  ${path}`).join("\n")}`,
      );
    console.log(`PASS  synthesis: the same stack for the AWS provider ${before.version} and ${after.version}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Replaces the link to the node modules by a folder in which only the bindings differ. */
async function replaceBindings(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  const own = join(projectRoot, "node_modules");
  rmSync(modules);
  linkEntries(own, modules, ["@cdktf", ".cache"]);
  linkEntries(join(own, "@cdktf"), join(modules, "@cdktf"), ["provider-aws"]);
  // Without the peers, which are those of this project.
  const packed = await step("download", folder, "npm", ["pack", "--silent", BINDINGS]);
  const target = join(modules, "@cdktf", "provider-aws");
  mkdirSync(target);
  await step("unpack", folder, "tar", ["-xzf", packed.trim(), "-C", target, "--strip-components=1"]);
}

/** Runs a program of the project or of the machine in a folder, and returns its standard output. */
async function step(title: string, cwd: string, program: string, args: readonly string[]): Promise<string> {
  const local = join(cwd, "node_modules", ".bin", program);
  const { code, stdout, stderr } = await run(existsSync(local) ? local : program, args, { cwd });
  if (code !== 0) throw new UserError(`${title} failed with ${BINDINGS}:\n${stdout}${stderr}`);
  const summary = /^Tests: *(.*)$/m.exec(stderr)?.[1];
  if (program === "tsc" || summary !== undefined) console.log(`PASS  ${title}${summary ? `: ${summary}` : ""}`);
  return stdout;
}

interface Synthesis {
  /** Version of the AWS provider. */
  readonly version: string;
  readonly stack: unknown;
}

/** Synthesizes the stack `aws` of `main.ts`. */
async function synthesize(folder: string): Promise<Synthesis> {
  const output = join(folder, "cdktf.out");
  const environment = {
    CDKTF_OUTDIR: output,
    AWS_REGION: "eu-central-1",
    AWS_KEY_FILE: join(folder, KEY),
    TECHNICIANS: "203.0.113.7/32",
    STATE_BUCKET: "",
  };
  const { code, stderr } = await run("node", ["--import", "tsx", "main.ts"], { cwd: folder, environment });
  if (code !== 0) throw new UserError(`the synthesis failed: ${stderr}`);
  const stack = JSON.parse(readFileSync(join(output, "stacks", "aws", "cdk.tf.json"), "utf8")) as {
    readonly terraform: { readonly required_providers: { readonly aws: { version: string } } };
  };
  const { aws } = stack.terraform.required_providers;
  const { version } = aws;
  aws.version = "";
  return { version, stack };
}

/** The paths at which two JSON values differ. */
function differences(a: unknown, b: unknown, path = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [`${path}: ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], path === "" ? key : `${path}.${key}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

main(testAws);
