import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Synthesized } from "./synth";

/** An app of the project: its stacks, and the environment that configures it. */
interface Settings {
  readonly stacks: readonly string[];
  readonly environment?: (key: string) => NodeJS.ProcessEnv;
}

/** Every app of the project. */
export const APPS: Readonly<Record<string, Settings>> = {
  "main.ts": {
    stacks: ["local", "aws"],
    environment: (key) => ({ AWS_REGION: "eu-central-1", AWS_KEY_FILE: key, TECHNICIANS: "203.0.113.7/32" }),
  },
  "examples/spread.ts": { stacks: ["spread"] },
  "examples/existing.ts": { stacks: ["existing"] },
  "examples/own-component.ts": { stacks: ["own-component"] },
};

/** Settings of a developer's shell must not change what the apps consist of. */
const UNSET = {
  LOCAL_PREFIX: undefined,
  LOCAL_SUBNET: undefined,
  LOCAL_DEBIAN: undefined,
  STATE_BUCKET: undefined,
  PROVISION: undefined,
};

/**
 * Synthesizes an app of the project, and returns its stacks by name.
 *
 * @param root folder of the project, or of a copy
 * @param key file of a private SSH key
 * @param outdir folder for the output, which must not exist
 */
export function synthesizeApp(root: string, app: string, key: string, outdir: string): Record<string, Synthesized> {
  const { stacks, environment } = APPS[app] ?? { stacks: [] };
  mkdirSync(outdir);
  execFileSync(join(root, "node_modules/.bin/tsx"), [app], {
    cwd: root,
    env: { ...process.env, ...UNSET, ...environment?.(key), CDKTF_OUTDIR: outdir },
    stdio: ["ignore", "ignore", "pipe"],
  });
  return Object.fromEntries(stacks.map((stack) => [stack, Synthesized.of(stack, outdir)]));
}

interface Block {
  readonly for_each?: Readonly<Record<string, unknown>> | string;
}

type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>;

/** The addresses in Terraform's state of everything that a deployed stack consists of. */
export function addressesOf({ json }: Synthesized): string[] {
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
