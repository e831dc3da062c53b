import { spawnSync } from "node:child_process";
import { projectRoot } from "../../../tools/cli/common";

function drill(...args: string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "drill", "--", ...args], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

describe("npm run drill", () => {
  test("destroys no stack but the local one without being told that this is meant", () => {
    const { status, said } = drill("--stack", "aws");
    expect(said).toContain('the drill destroys the stack "aws" with all its data: say --yes if that is meant');
    expect(status).toBe(1);
  });

  test("refuses a limit that is no number before it destroys anything", () => {
    const { status, said } = drill("--limit", "1m");
    expect(said).toContain('--limit: "1m" is not a whole number');
    expect(status).toBe(1);
  });

  test("says what it does", () => {
    const { status, said } = drill("--help");
    expect(said).toContain("destroys a stack with all its data, rebuilds and verifies it");
    expect(status).toBe(0);
  });
});
