import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";

/** Returns the names that an entry point of the package exports. */
function namesIn(file: string): string[] {
  const text = readFileSync(join(projectRoot, "constructs", file), "utf8").replace(/\/\/.*$/gm, "");
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
    list.split(",").flatMap((name) => name.trim().replace(/^type /, "") || []),
  );
}

it("exports fewer than 100 names from the main entry point", () => {
  expect(namesIn("index.ts").length).toBeLessThan(100);
});

it("exports every AWS construct from the entry point aws, so that the main one needs no AWS provider", () => {
  expect(namesIn("index.ts").filter((name) => /^Aws|KeyPair/.test(name))).toEqual([]);
  expect(namesIn("aws.ts")).toContain("AwsServer");
});
