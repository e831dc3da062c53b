import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../tools/cli/project";

/** The digests of the packages of a lock, each as `<name>==<version>`. A package can have several versions, for several Pythons. */
function packagesOf(file: string): Map<string, readonly string[]> {
  const text = readFileSync(join(projectRoot, file), "utf8").replaceAll("\\\n", " ");
  return new Map(
    text.split("\n").flatMap((line) => {
      const [pin] = /^[\w.-]+==[^\s;]+/.exec(line) ?? [];
      const digests = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})\b/g)].map(([, digest = ""]) => digest);
      return pin === undefined ? [] : [[pin, digests] as const];
    }),
  );
}

describe.each(["requirements", "requirements-dev", "requirements-test", "requirements-sbom"])("%s.txt", (name) => {
  test("has digests of all packages", () => {
    const packages = [...packagesOf(`${name}.txt`)];
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter(([, digests]) => digests.length === 0)).toEqual([]);
  });

  test(`has the packages of ${name}.in`, () => {
    const lines = readFileSync(join(projectRoot, `${name}.in`), "utf8").split("\n");
    const wanted = lines.filter((line) => /^\w/.test(line)).map((line) => line.split(" ;")[0] ?? "");
    const packages = packagesOf(`${name}.txt`);
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((pin) => !packages.has(pin))).toEqual([]);
  });
});

test("linters run with the packages of deploys", () => {
  const development = packagesOf("requirements-dev.txt");
  const missing = [...packagesOf("requirements.txt").keys()].filter((pin) => !development.has(pin));
  expect(missing).toEqual([]);
});
