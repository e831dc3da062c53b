import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { transformSync } from "@swc/core";
import { TerraformStack, Testing } from "cdktf";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import * as api from "../constructs";
import { Synthesized } from "./support/synth";

const root = join(__dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const examplesOf = (page: string): string[] =>
  [...read(page).matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) => code);

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
].sort();
const readme = read("README.md");
const [first = "", ...others] = examplesOf("README.md");

/** What examples take for granted, beside the public API. */
function given(stack: TerraformStack): Readonly<Record<string, unknown>> {
  new AwsProvider(stack, "aws", { region: "eu-central-1" });
  const { LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Receiver, Secret } = api;
  const network = new LocalNetwork(stack, "given-network", { prefix: "given", subnet: "198.19.240.0/20" });
  const monitoring = new Monitoring(stack, "given", { technicians: [network.gateway], outputPrefix: "given_" });
  const member = { monitoring, server: new LocalServer(stack, "given-hub", { network }) };
  const told = (name: string): api.Receiver =>
    Receiver.slack(name, { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") });
  const hub = new MonitoringHost(stack, "given-host", member);
  const app = new MonitoredServer(stack, "given-app", {
    monitoring,
    server: new LocalServer(stack, "given-app-server", { network }),
  });
  return {
    network,
    monitoring,
    ...{ hub, metrics: hub, logs: hub, dashboards: hub },
    ...{ app, files: app },
    server: new LocalServer(stack, "given-server", { network }),
    ...Object.fromEntries(["slack", "pager", "database"].map((name) => [name, told(name)])),
  };
}

/** Constructs an example in a stack; props of a monitoring without one are those of a new one. */
function construct(stack: TerraformStack, code: string, names: Readonly<Record<string, unknown>> = {}): void {
  const whole = /^\w+:/.test(code)
    ? `new Monitoring(this, "of-props", { technicians: ["203.0.113.7/32"], outputPrefix: "props_", ${code} });`
    : code;
  const { code: script } = transformSync(`{ ${whole} }`, { jsc: { parser: { syntax: "typescript" } } });
  const known = { ...api, join, __dirname: root, ...names };
  const body = compileFunction(script, Object.keys(known)) as (...values: unknown[]) => void;
  body.apply(stack, Object.values(known));
}

test("the README's first example is what main.ts has as its stack local", () => {
  const outdir = mkdtempSync(join(tmpdir(), "readme-"));
  const { status, stderr } = spawnSync(join(root, "node_modules/.bin/tsx"), [join(root, "main.ts")], {
    cwd: outdir,
    encoding: "utf8",
    env: {
      ...process.env,
      CDKTF_OUTDIR: outdir,
      LOCAL_PREFIX: undefined,
      LOCAL_SUBNET: undefined,
      COMMUNITY_DASHBOARDS: undefined,
    },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const app = Testing.app();
  construct(new TerraformStack(app, "local"), first);
  app.synth();
  const resources = ({ json }: Synthesized): unknown => [json.resource, json.locals];
  expect(resources(Synthesized.of("local", app.outdir))).toEqual(resources(Synthesized.of("local", outdir)));
  // And so is the access graph that the documents show.
  const access = readFileSync(join(outdir, "stacks", "local", "access.md"), "utf8");
  const part = (pattern: RegExp): string => pattern.exec(access)?.[0] ?? access;
  expect(readme).toContain(part(/```mermaid\n[^]*?```/));
  expect(read("docs/access.md")).toContain(part(/^\|[^]*?\n\n/m));
  rmSync(outdir, { recursive: true });
});

describe("the examples of", () => {
  const examples = pages.flatMap((page) =>
    (page === "README.md" ? others : examplesOf(page)).map((code, index) => ({ page, number: index + 1, code })),
  );

  test("the documents are found", () => {
    expect(new Set(examples.map(({ page }) => page)).size).toBeGreaterThan(8);
  });

  // A user's project, with the files that examples name.
  const project = mkdtempSync(join(tmpdir(), "documents-"));
  beforeAll(() => {
    symlinkSync(join(root, "examples"), join(project, "examples"));
    mkdirSync(join(project, "dashboards"));
    writeFileSync(join(project, "dashboards", "shop.json"), JSON.stringify({ uid: "shop", title: "Shop", panels: [] }));
    process.chdir(project);
  });
  afterAll(() => {
    process.chdir(root);
    rmSync(project, { recursive: true });
  });

  test.each(examples)("$page, number $number, are constructed", ({ page, code }) => {
    const stack = new TerraformStack(Testing.app(), "test");
    const names = page === "docs/own-component.md" ? { __dirname: join(root, "examples") } : {};
    expect(() => {
      construct(stack, code, { ...given(stack), ...names });
    }).not.toThrow();
  });
});

test("a component of one's own is shown as it is in the examples", () => {
  const [code = ""] = examplesOf("docs/own-component.md");
  const example = read("examples/own-component.ts");
  expect(code.split("\n\n").filter((part) => !example.includes(part.trim()))).toEqual([]);
  const [, playbook] = /```yaml\n([^]*?)```/.exec(read("docs/own-component.md")) ?? [];
  expect(playbook).toBe(read("examples/backup-exporter/backup_exporter.yml"));
});

test("every script that the documents name is there", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([a-z:0-9-]+)/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test("every file that the documents link to is there", () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = ""]) => ({
      page,
      target,
      there: existsSync(join(root, dirname(page), target)),
    })),
  );
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ there }) => !there)).toEqual([]);
});

test("every page of the documents can be reached from the README", () => {
  const reached = new Set<string>();
  const follow = (page: string): void => {
    if (reached.has(page) || !pages.includes(page)) return;
    reached.add(page);
    for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+\.md)/g))
      follow(join(dirname(page), target));
  };
  follow("README.md");
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});
