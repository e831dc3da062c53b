import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../tools/cli/project";

test("the table of attackers names tests that exist, for each attack that is stopped", () => {
  const [, section = ""] = readFileSync(join(projectRoot, "SECURITY.md"), "utf8").split("### Attackers\n");
  const rows = section
    .slice(0, section.indexOf("\n### "))
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows.length).toBeGreaterThan(10);
  for (const [, , asset = "", stop = "", proof = ""] of rows) {
    const tests = [...proof.matchAll(/`([\w/-]+)`/g)].map(([, name = ""]) => name);
    expect([asset, tests.length > 0 || stop.startsWith("**open**")]).toEqual([asset, true]);
    for (const name of tests)
      expect([name, existsSync(join(projectRoot, "__tests__", `${name}.test.ts`))]).toEqual([name, true]);
  }
});
