import { readFileSync } from "node:fs";
import { join } from "node:path";
import artifacts from "../playbooks/artifacts.json";
import { projectRoot } from "../tools/cli/project";

const page = readFileSync(join(projectRoot, "docs/reference/licenses.md"), "utf8");

test.each(Object.entries(artifacts))("the page about licenses lists %s with its license", (name, { license }) => {
  const rows = page.split("\n").filter((line) => line.startsWith("|"));
  const row = rows.find((line) => line.toLowerCase().includes(`[${name.replace("_", " ")}]`));
  expect(row).toMatch(new RegExp(`\\| ${license.replace("-only", "")} \\|$`));
});
