import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../tools/cli/project";

/** The packages of a lock, with their versions and digests. */
function packagesOf(file: string): Map<string, { readonly version: string; readonly digests: readonly string[] }> {
  const text = readFileSync(join(projectRoot, file), "utf8").replaceAll("\\\n", " ");
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, name = "", version = ""] = /^([\w.-]+)==(\S+)/.exec(line) ?? [];
      const digests = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})\b/g)].map(([, digest = ""]) => digest);
      return name === "" ? [] : [[name, { version, digests }] as const];
    }),
  );
}

describe.each(["requirements", "requirements-dev", "requirements-test", "requirements-sbom"])("%s.txt", (name) => {
  test("has digests of all packages", () => {
    const packages = [...packagesOf(`${name}.txt`)];
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter(([, { digests }]) => digests.length === 0)).toEqual([]);
  });

  test(`has the packages of ${name}.in`, () => {
    const lines = readFileSync(join(projectRoot, `${name}.in`), "utf8").split("\n");
    const wanted = lines.filter((line) => /^\w/.test(line)).map((line) => line.split("=="));
    const packages = packagesOf(`${name}.txt`);
    expect(wanted.length).toBeGreaterThan(0);
    for (const [wantedName = "", version] of wanted) expect(packages.get(wantedName)?.version).toBe(version);
  });
});

test("linters run with the packages of deploys", () => {
  const development = packagesOf("requirements-dev.txt");
  for (const [name, { version }] of packagesOf("requirements.txt"))
    expect([name, development.get(name)?.version]).toEqual([name, version]);
});
