import { transformSync } from "@swc/core";
import { TerraformStack, Testing } from "cdktf";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import * as api from "../constructs";
import { Synthesized } from "./support/synth";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The blocks of TypeScript, each as a function of the stack, of the public API and of what was declared before it. */
const [first, ...others] = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) => code);

function runExample(code: string): (stack: TerraformStack) => void {
  const names = [...Object.keys(api), "join", "__dirname"];
  const { code: script } = transformSync(code, { jsc: { parser: { syntax: "typescript" } } });
  const body = compileFunction(script, names) as (...values: unknown[]) => void;
  return (stack) => {
    body.apply(stack, [...Object.values(api), join, root]);
  };
}

test("the README's first example is what main.ts has as its stack local", () => {
  const outdir = mkdtempSync(join(tmpdir(), "readme-"));
  const { status, stderr } = spawnSync(join(root, "node_modules/.bin/tsx"), [join(root, "main.ts")], {
    cwd: outdir,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: outdir, LOCAL_PREFIX: undefined, LOCAL_SUBNET: undefined },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const app = Testing.app();
  runExample(first ?? "")(new TerraformStack(app, "local"));
  app.synth();
  const resources = ({ json }: Synthesized): unknown => [json.resource, json.locals];
  expect(resources(Synthesized.of("local", app.outdir))).toEqual(resources(Synthesized.of("local", outdir)));
  // And so is the access graph that it shows.
  const access = readFileSync(join(outdir, "stacks", "local", "access.md"), "utf8");
  for (const part of [/^\|[^]*?\n\n/m, /```mermaid\n[^]*?```/])
    expect(readme).toContain(part.exec(access)?.[0] ?? access);
  rmSync(outdir, { recursive: true });
});

test("the README's other examples are constructed", () => {
  expect(others.length).toBeGreaterThan(0);
  for (const example of others) {
    expect(() => {
      runExample(example)(new TerraformStack(Testing.app(), "test"));
    }).not.toThrow();
  }
});

test("every script that the README names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const named = [...readme.matchAll(/npm run ([a-z:0-9]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test("every construct that the README names is exported", () => {
  const table = /## The pieces\n([^]*?)\n## /.exec(readme)?.[1] ?? "";
  const named = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) =>
    cell.replaceAll("`", "").split(", "),
  );
  expect(named.length).toBeGreaterThan(7);
  expect(Object.keys(api)).toEqual(expect.arrayContaining(named));
});
