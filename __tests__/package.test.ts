import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { satisfies } from "semver";
import packageJson from "../package.json";
import { projectRoot } from "../tools/cli/project";
import { cdktf, cdktn, type Framework, PackedProject, smallStack } from "./support/packed";

/** The files of a folder of the clone, without caches. */
function filesOf(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
    .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length + 1));
}

test.each(["20.19.0", "22.13.0", "24.0.0", "26.0.0"])(
  "the package and all its dependencies support Node.js %s",
  (version) => {
    const folders = ["", ...Object.keys(packageJson.dependencies).map((name) => join("node_modules", name))];
    const refusing = folders.filter((folder) => {
      const { engines } = JSON.parse(readFileSync(join(projectRoot, folder, "package.json"), "utf8")) as {
        readonly engines?: { readonly node?: string };
      };
      return !satisfies(version, engines?.node ?? "*");
    });
    expect(refusing).toEqual([]);
  },
);

const folder = process.env.CDKTN_FOLDER;
const frameworks: readonly Framework[] = folder ? [cdktf, cdktn(folder)] : [cdktf];
if (!folder) {
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- the name contains the reason
  test.skip('the package for cdktn works in a new project (skipped: no cdktn: run "npm test")', () => undefined);
}

describe.each(frameworks.map((framework) => [framework.name, framework] as const))(
  "%s-monitoring",
  (name, framework) => {
    const program = `${name}-monitoring`;
    let project: PackedProject;

    beforeAll(() => {
      project = new PackedProject(framework);
      project.write("main.ts", smallStack("packed", "198.18.0.0/20", name));
    }, 300_000);

    afterAll(() => {
      project.remove();
    });

    test("contains all files that users need", () => {
      expect(project.files).toEqual(
        expect.arrayContaining([
          ...["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "package.json", "requirements.txt"],
          ...["dist/constructs/index.js", "dist/constructs/index.d.ts", "dist/lib/metrics/catalogue.json"],
          ...["playbooks", "docs", "constructs/servers/local/scripts"].flatMap(filesOf),
        ]),
      );
    });

    test("contains no other files", () => {
      const needed =
        /^(LICENSE|(README|CHANGELOG|SECURITY)\.md|package\.json|requirements\.txt|(docs|playbooks|constructs\/servers\/local\/scripts)\/.*|dist\/(constructs|lib)\/.*\.(js|d\.ts|json)|dist\/tools\/cli\/.*\.js)$/;
      expect(
        project.files.filter((file) => !needed.test(file) || /__pycache__|\.pyc$|\.test\.|\.tsbuildinfo$/.test(file)),
      ).toEqual([]);
    });

    test("needs no AWS provider", () => {
      expect(existsSync(join(project.directory, "node_modules", `@${name}`, "provider-null"))).toBe(true);
      expect(existsSync(join(project.directory, "node_modules", `@${name}`, "provider-aws"))).toBe(false);
    });

    test("compiles and synthesizes in a new project", () => {
      project.run("npx", "tsc");
      project.run("node", "main.js");
      const stack = join(project.directory, "cdktf.out", "stacks", "fresh");
      const { resource } = JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")) as {
        readonly resource: { readonly null_resource: object };
      };
      expect(Object.keys(resource.null_resource)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^monitoring_prometheus_/) as string]),
      );
      // The provisioners call a copy in the output folder.
      expect(readdirSync(join(stack, "assets"), { recursive: true })).toEqual(
        expect.arrayContaining([expect.stringMatching(/^monitoring_playbooks_.*\/run\.py$/) as string]),
      );
    });

    test("has a program that prints its help and the allowed connections", () => {
      expect(project.run("npx", program, "--help")).toContain(`Usage: npx ${program} <command> [options]`);
      // The name in runbooks and in messages of deploys, with both frameworks.
      expect(project.run("npx", "cdktf-monitoring", "--help")).toContain(`Usage: npx ${program} <command> [options]`);
      expect(project.run("npx", program, "verify", "--help")).toContain(`Usage: npx ${program} verify [options]`);
      expect(project.run("npx", program, "access", "--stack", "fresh")).toContain(
        "| prometheus on hub | app, hub    | 9100/tcp | node_exporter (http) | scrapes job node",
      );
      expect(() => project.run("npx", program, "deploy")).toThrow('unknown command "deploy": use init, env, verify,');
      expect(existsSync(join(project.directory, ".cdktf-monitoring"))).toBe(false);
    });
  },
);
