import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notDeployed } from "../../../tools/cli/stack-outputs";

test("a command for a stack that is not deployed names the others", () => {
  const project = mkdtempSync(join(tmpdir(), "stacks-"));
  const folder = join(project, "stacks", "local");
  expect(notDeployed("local", folder)).toBe(
    `the stack "local" is not deployed from this project (${folder} does not exist): deploy it`,
  );
  for (const name of ["web", "aws"]) mkdirSync(join(project, "stacks", name), { recursive: true });
  expect(notDeployed("local", folder)).toMatch(/: deploy it, or choose another one: --stack aws, --stack web$/);
  rmSync(project, { recursive: true });
});
