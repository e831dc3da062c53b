import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { transformSync } from "@swc/core";
import { TerraformStack, Testing } from "cdktf";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import * as api from "../constructs";
import * as aws from "../constructs/aws";
import { drawnEdges, edgesOfPicture, matches } from "./support/diagrams";
import { Synthesized } from "./support/synth";

const root = join(__dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const examplesOf = (page: string): string[] =>
  [...read(page).matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) => code);

const pages = [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
].sort();
const readme = read("README.md");
const [first = "", ...others] = examplesOf("README.md");

/** The names that examples use without declaring them, in addition to the public API. */
function given(stack: TerraformStack): Readonly<Record<string, unknown>> {
  new AwsProvider(stack, "aws", { region: "eu-central-1" });
  const { LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Receiver, Secret } = api;
  const network = new LocalNetwork(stack, "given-network", { prefix: "given", subnet: "198.19.240.0/20" });
  const monitoring = new Monitoring(stack, "given", { technicians: [network.gateway], outputPrefix: "given_" });
  const member = { monitoring, server: new LocalServer(stack, "given-hub", { network }) };
  const receiver = (name: string): api.Receiver =>
    Receiver.slack(name, { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") });
  const hub = new MonitoringHost(stack, "given-host", member);
  const app = new MonitoredServer(stack, "given-app", {
    monitoring,
    server: new LocalServer(stack, "given-app-server", { network }),
  });
  return {
    ...{ TerraformStack, Testing },
    network,
    monitoring,
    ...{ hub, metrics: hub, logs: hub, dashboards: hub },
    ...{ app, files: app },
    server: new LocalServer(stack, "given-server", { network }),
    ...Object.fromEntries(["slack", "pager", "database"].map((name) => [name, receiver(name)])),
  };
}

/**
 * Constructs an example in a stack. An example that only has props of a Monitoring gets a Monitoring of its own; one that
 * is an object is evaluated.
 */
function construct(stack: TerraformStack, code: string, names: Readonly<Record<string, unknown>> = {}): void {
  const whole = /^\w+:/.test(code)
    ? `new Monitoring(this, "of-props", { technicians: ["203.0.113.7/32"], outputPrefix: "props_", ${code} });`
    : code.startsWith("{")
      ? `(${code});`
      : code;
  const { code: script } = transformSync(`{ ${whole} }`, { jsc: { parser: { syntax: "typescript" } } });
  const known = { ...api, ...aws, join, __dirname: root, ...names };
  const body = compileFunction(script, Object.keys(known)) as (...values: unknown[]) => void;
  body.apply(stack, Object.values(known));
}

describe("the stack local of main.ts", () => {
  const outdir = mkdtempSync(join(tmpdir(), "readme-"));
  let access = "";
  afterAll(() => {
    rmSync(outdir, { recursive: true });
  });

  test("equals the first example of the README", () => {
    const { status, stderr } = spawnSync(join(root, "node_modules/.bin/tsx"), [join(root, "main.ts")], {
      cwd: outdir,
      encoding: "utf8",
      env: {
        ...process.env,
        CDKTF_OUTDIR: outdir,
        LOCAL_PREFIX: undefined,
        LOCAL_SUBNET: undefined,
        LOCAL_DEBIAN: undefined,
        COMMUNITY_DASHBOARDS: undefined,
      },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const app = Testing.app();
    construct(new TerraformStack(app, "local"), first);
    app.synth();
    const resources = ({ json }: Synthesized): unknown => [json.resource, json.locals];
    expect(resources(Synthesized.of("local", app.outdir))).toEqual(resources(Synthesized.of("local", outdir)));
    access = readFileSync(join(outdir, "stacks", "local", "access.md"), "utf8");
  });

  test("has the access graph that the firewall guide shows", () => {
    const guide = read("docs/guides/firewall.md");
    const part = (pattern: RegExp): string => pattern.exec(access)?.[0] ?? "no access graph was written";
    expect(guide).toContain(part(/```mermaid\n[^]*?```/));
    expect(guide).toContain(part(/^\|[^]*?\n\n/m));
  });

  test("has a connection for each arrow and port of the README's diagram", () => {
    const drawn = drawnEdges(readme);
    const real = edgesOfPicture(access);
    expect(drawn.length).toBeGreaterThan(3);
    expect(drawn.length).toBeLessThanOrEqual(7);
    const missing = drawn.flatMap(({ from, to, ports }) =>
      ports
        .filter((port) => !real.some((edge) => matches(edge, from, to, port)))
        .map((port) => `${from} ${port} ${to}`),
    );
    expect(missing).toEqual([]);
  });
});

describe("the examples of", () => {
  const examples = pages.flatMap((page) =>
    (page === "README.md" ? others : examplesOf(page)).map((code, index) => ({ page, number: index + 1, code })),
  );

  test("more than eight pages are found", () => {
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

  test.each(examples)("$page, number $number, can be constructed", ({ page, code }) => {
    const stack = new TerraformStack(Testing.app(), "test");
    const inExamples = ["docs/guides/custom-components.md", "docs/reference/api/PlaybookRun.md"].includes(page);
    const names = inExamples ? { __dirname: join(root, "examples") } : {};
    expect(() => {
      construct(stack, code, { ...given(stack), ...names });
    }).not.toThrow();
  });
});

test("the guide to custom components shows the files of the examples", () => {
  const guide = "docs/guides/custom-components.md";
  const [code = ""] = examplesOf(guide);
  const example = read("examples/own-component.ts");
  expect(code.split("\n\n").filter((part) => !example.includes(part.trim()))).toEqual([]);
  const [, playbook] = /```yaml\n([^]*?)```/.exec(read(guide)) ?? [];
  expect(playbook).toBe(read("examples/backup-exporter/backup_exporter.yml"));
});

test("package.json has every script that the documents name", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/npm run ([a-z0-9-]+(?::[a-z0-9-]+)*)/g)].map(([, name]) => name),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test("links lead from the README to every page", () => {
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
