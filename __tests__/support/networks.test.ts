import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";

const folder = join(projectRoot, "__tests__", "e2e");

it("gives each file of end-to-end tests a network of its own, because several files run at the same time", () => {
  const subnets = readdirSync(folder).flatMap((file) => [
    ...new Set(readFileSync(join(folder, file), "utf8").match(/198\.1[89]\.\d+\.\d+\/\d+/g)),
  ]);
  const twice = subnets.filter((subnet, index) => subnets.indexOf(subnet) < index);
  expect(subnets.length).toBeGreaterThan(20);
  expect(twice).toEqual([]);
});
