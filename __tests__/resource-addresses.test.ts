import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../tools/cli/project";
import { makeKey } from "./support/aws-topology";
import { Synthesized } from "./support/synth";

/** Every app of the project with its stacks, and the environment that configures it. */
const key = makeKey();
const APPS: Readonly<Record<string, { readonly stacks: readonly string[]; readonly environment?: NodeJS.ProcessEnv }>> =
  {
    "main.ts": {
      stacks: ["local", "aws"],
      environment: { AWS_REGION: "eu-central-1", AWS_KEY_FILE: key, TECHNICIANS: "203.0.113.7/32" },
    },
    "examples/spread.ts": { stacks: ["spread"] },
    "examples/existing.ts": { stacks: ["existing"] },
    "examples/own-component.ts": { stacks: ["own-component"] },
  };

/** Settings of a developer's shell must not change what the apps consist of. */
const UNSET = { LOCAL_PREFIX: undefined, LOCAL_SUBNET: undefined, STATE_BUCKET: undefined, PROVISION: undefined };

/** The addresses in Terraform's state of everything that a deployed stack consists of. */
const expected = JSON.parse(readFileSync(join(__dirname, "resource-addresses.json"), "utf8")) as Readonly<
  Record<string, readonly string[]>
>;

const folder = mkdtempSync(join(tmpdir(), "addresses-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(dirname(key), { recursive: true });
});

// An address that changes without a `moved` block makes Terraform replace a server or a run of a deployed stack.
test.each(Object.entries(APPS))(
  "%s keeps the resource addresses of deployed stacks",
  (app, { stacks, environment }) => {
    const outdir = join(folder, app.replaceAll("/", "-"));
    mkdirSync(outdir);
    execFileSync(join(projectRoot, "node_modules/.bin/tsx"), [app], {
      cwd: projectRoot,
      env: { ...process.env, ...UNSET, ...environment, CDKTF_OUTDIR: outdir },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const found = Object.fromEntries(stacks.map((stack) => [stack, addressesOf(Synthesized.of(stack, outdir))]));
    expect(found).toEqual(Object.fromEntries(stacks.map((stack) => [stack, expected[stack]])));
  },
  60_000,
);

interface Block {
  readonly for_each?: Readonly<Record<string, unknown>> | string;
}

type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>;

function addressesOf({ json }: Synthesized): string[] {
  const { resource, data = {}, output } = json as unknown as { resource: Blocks; data?: Blocks; output: object };
  const resources = [...instancesOf(resource, ""), ...instancesOf(data, "data.")];
  return [...resources, ...Object.keys(output).map((name) => `output.${name}`)].sort();
}

function instancesOf(blocks: Blocks, before: string): string[] {
  return Object.entries(blocks).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, { for_each: entries }]) => {
      const address = `${before}${type}.${name}`;
      if (entries === undefined) return [address];
      return typeof entries === "string"
        ? [`${address}[*]`]
        : Object.keys(entries).map((key) => `${address}["${key}"]`);
    }),
  );
}
