import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";

test("what playbooks say names no script of a clone, for who installed the package has none", () => {
  const files = readdirSync(playbooksDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.filter((file) => readFileSync(file, "utf8").includes("npm run"))).toEqual([]);
});
