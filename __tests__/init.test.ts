import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SERVER_KINDS } from "../tools/cli/init/stacks";
import { projectPackages } from "../tools/cli/init/versions";
import { cdktf, PackedProject } from "./support/packed";

let project: PackedProject;

beforeAll(() => {
  const { dependencies, devDependencies } = projectPackages(true);
  const tools = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => name !== "cdktf-cli");
  project = new PackedProject(cdktf, ...tools.map(([name, version]) => `${name}@${version}`));
}, 300_000);

afterAll(() => {
  project.remove();
});

const init = (...options: readonly string[]): string => project.run("npx", "cdktf-monitoring", "init", ...options);

test.each(SERVER_KINDS)(
  "a new project for %s servers compiles, passes its test and synthesizes",
  (kind) => {
    expect(init("--servers", kind, "--directory", kind)).toContain("Next steps\n");
    // The modules are in the folder above, as if they were installed in this one.
    project.run("sh", "-c", `cd ${kind} && npx tsc && npx jest --silent && node --import tsx main.ts`);
    const stack = join(project.directory, kind, "cdktf.out", "stacks", kind, "cdk.tf.json");
    expect(readFileSync(stack, "utf8")).toContain('"monitoring_prometheus_');
  },
  120_000,
);

test("a new project in another folder has the package of the current one, by a path from there", () => {
  const { dependencies } = JSON.parse(readFileSync(join(project.directory, "local", "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const path = dependencies["cdktf-monitoring"]?.replace(/^file:/, "") ?? "";
  expect(path).toMatch(/^\.\.\/cdktf-monitoring-.*\.tgz$/);
  expect(existsSync(join(project.directory, "local", path))).toBe(true);
});

test("init overwrites no file, and then writes none", () => {
  expect(() => init("--directory", "local")).toThrow(
    /local already contains cdktf\.json, tsconfig\.json, main\.ts, .*: nothing was written/,
  );
  // The project's own folder contains tsconfig.json.
  expect(() => init()).toThrow(/already contains cdktf\.json, tsconfig\.json: nothing was written/);
  expect(existsSync(join(project.directory, "main.ts"))).toBe(false);
});

test("init rejects unknown kinds of servers and a package.json of ES modules", () => {
  expect(() => init("--servers", "azure", "--directory", "azure")).toThrow(
    '--servers "azure" is unknown: use local, existing, aws',
  );
  project.run("mkdir", "modules");
  project.write("modules/package.json", '{ "type": "module" }');
  expect(() => init("--directory", "modules")).toThrow(
    /modules\/package\.json contains "type": "module", but the project is written as CommonJS/,
  );
  expect(readdirSync(join(project.directory, "modules"))).toEqual(["package.json"]);
});
