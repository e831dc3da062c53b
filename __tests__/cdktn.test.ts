import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../tools/cli/project";
import { copyForCdktn } from "../tools/dev/cdktn/project";
import { addressesOf, APPS, synthesizeApp } from "./support/apps";
import { makeKey } from "./support/aws-topology";
import { Synthesized } from "./support/synth";
import { cdktnTest, terraform } from "./support/terraform";

const cdktn = process.env.CDKTN_FOLDER;

interface Both {
  readonly cdktf: Synthesized;
  readonly cdktn: Synthesized;
}

/** The stacks of all apps, synthesized with both frameworks. */
const stacks: Record<string, Both> = {};
const key = makeKey();
const work = mkdtempSync(join(tmpdir(), "cdktn-"));
/** The copy of the project with cdktn. */
const copy = join(work, "copy");

beforeAll(() => {
  if (!cdktn) return;
  copyForCdktn(copy, cdktn);
  for (const app of Object.keys(APPS)) {
    const name = app.replaceAll("/", "-");
    const theirs = synthesizeApp(copy, app, key, join(work, `cdktn-${name}`));
    for (const [stack, ours] of Object.entries(synthesizeApp(projectRoot, app, key, join(work, `cdktf-${name}`))))
      stacks[stack] = { cdktf: ours, cdktn: theirs[stack] ?? missing(app, stack) };
  }
}, 180_000);

afterAll(() => {
  rmSync(work, { recursive: true });
  rmSync(dirname(key), { recursive: true });
});

function missing(app: string, stack: string): never {
  throw new Error(`${app} with cdktn has no stack ${stack}`);
}

function bothOf(stack: string): Both {
  const both = stacks[stack];
  if (!both) throw new Error(`no stack ${stack}`);
  return both;
}

/** The Terraform JSON without what may differ between the frameworks. */
function comparable({ json }: Synthesized): unknown {
  const text = JSON.stringify(json, (name, value: unknown) => {
    if (name === "//" && isObject(value) && "metadata" in value && isObject(value.metadata))
      return { ...value.metadata, version: "<framework>" };
    if (name === "required_providers" && isObject(value)) return Object.keys(value);
    return value;
  });
  return JSON.parse(text.replaceAll(copy, projectRoot));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

describe.each(Object.values(APPS).flatMap((app) => app.stacks))("the stack %s", (stack) => {
  cdktnTest("has the same resource addresses with cdktf and cdktn", () => {
    const both = bothOf(stack);
    expect(addressesOf(both.cdktn)).toEqual(addressesOf(both.cdktf));
  });

  cdktnTest("differs only in the versions of the framework and of the providers", () => {
    const both = bothOf(stack);
    expect(comparable(both.cdktn)).toEqual(comparable(both.cdktf));
  });
});

describe.each(["existing", "own-component"])("the deployed stack %s", (stack) => {
  cdktnTest(
    "needs no changes after a switch from cdktf to cdktn",
    () => {
      const both = bothOf(stack);
      const folder = mkdtempSync(join(work, "state-"));
      const state = join(folder, "terraform.tfstate");
      const write = (json: object): void => {
        writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(json));
      };
      write(withState(withoutProvisioners(both.cdktf), state));
      terraform(folder, "init", "-input=false", "-no-color");
      expect(terraform(folder, "apply", "-input=false", "-no-color", "-auto-approve")).toContain("Apply complete!");
      write(withState(both.cdktn.json, state));
      terraform(folder, "init", "-input=false", "-no-color", "-upgrade");
      expect(terraform(folder, "plan", "-input=false", "-no-color")).toContain("No changes.");
    },
    60,
  );
});

/** A stack whose resources can be created without its servers. */
function withoutProvisioners({ json }: Synthesized): object {
  return JSON.parse(
    JSON.stringify(json, (name, value: unknown) => (name === "provisioner" ? undefined : value)),
  ) as object;
}

/** A stack with another state file. */
function withState(json: object, path: string): object {
  const { terraform: settings } = json as { terraform: object };
  return { ...json, terraform: { ...settings, backend: { local: { path } } } };
}
