import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";

test("the playbooks name no npm script, because only a clone has them", () => {
  const files = readdirSync(playbooksDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.filter((file) => readFileSync(file, "utf8").includes("npm run"))).toEqual([]);
});
