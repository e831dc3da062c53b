import packageJson from "../../../../package.json";
import { VERSIONS } from "../../../../tools/dev/cdktn/versions";
import { mergedIgnores, mergedPackage, projectFiles } from "../../../../tools/cli/init/project-files";
import { SERVER_KINDS } from "../../../../tools/cli/init/stacks";
import { projectPackages } from "../../../../tools/cli/init/versions";

describe("projectPackages", () => {
  const installed: Readonly<Record<string, string>> = packageJson.devDependencies;

  test("has the versions with which this project is tested", () => {
    const { dependencies, devDependencies } = projectPackages(true, "cdktf");
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect([name, version]).toEqual([name, installed[name]]);
  });

  test("has the tested versions of CDK Terrain", () => {
    const { dependencies, devDependencies } = projectPackages(true, "cdktn");
    expect({ ...devDependencies, ...dependencies }).toMatchObject(VERSIONS);
    expect(dependencies["@cdktn/provider-null"]).toBe("15.0.2");
  });

  test("has the AWS provider only for AWS", () => {
    expect(projectPackages(false, "cdktf").dependencies).not.toHaveProperty(["@cdktf/provider-aws"]);
  });
});

describe("mergedPackage", () => {
  test("keeps what package.json contains, and adds what it lacks", () => {
    const present = {
      name: "shop",
      scripts: { build: "make", test: 'echo "Error: no test specified" && exit 1' },
      dependencies: { "cdktf-monitoring": "file:cdktf-monitoring-0.1.0.tgz", cdktf: "0.20.0" },
    };
    expect(mergedPackage(present, "local", "0.1.0")).toMatchObject({
      name: "shop",
      scripts: { build: "make", types: "tsc", test: "jest" },
      dependencies: { "cdktf-monitoring": "file:cdktf-monitoring-0.1.0.tgz", cdktf: "0.20.0", constructs: "10.8.1" },
    });
    expect(mergedPackage({ scripts: { test: "vitest" } }, "local", "0.1.0")).toMatchObject({
      name: "monitoring",
      private: true,
      scripts: { test: "vitest" },
      dependencies: { "cdktf-monitoring": "0.1.0" },
    });
  });
});

describe("mergedIgnores", () => {
  const ALL = "node_modules/\ncdktf.out/\n.cdktf-monitoring/\nterraform.*.tfstate*\n";

  test.each([
    ["", ALL],
    ["node_modules/\n*.log", "node_modules/\n*.log\ncdktf.out/\n.cdktf-monitoring/\nterraform.*.tfstate*\n"],
    [ALL, ALL],
  ])("keeps the lines of %j, and adds those that it lacks", (present, expected) => {
    expect(mergedIgnores(present)).toBe(expected);
  });
});

describe("projectFiles", () => {
  test.each(SERVER_KINDS)("of %s servers name its stack in all files", (kind) => {
    const files = projectFiles(kind);
    expect(files["main.ts"]).toContain(`new MonitoringStack(app, "${kind}")`);
    expect(files["__tests__/monitoring-stack.test.ts"]).toContain(`new MonitoringStack(Testing.app(), "${kind}")`);
    expect(files["README.md"]).toContain(kind === "local" ? "verify\n" : `verify --stack ${kind}\n`);
  });
});
