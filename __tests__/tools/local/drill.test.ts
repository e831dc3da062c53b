import { runTool } from "../../support/tools";

describe("npm run drill", () => {
  it("destroys no stack except the local one without --yes", () => {
    const { status, stderr } = runTool("local/drill.ts", ["--stack", "aws"]);
    expect(stderr).toContain('a drill deletes all data of the stack "aws": add --yes to confirm');
    expect(status).toBe(1);
  }, 30_000);

  it("rejects a limit that is not a number before it destroys anything", () => {
    const { status, stderr } = runTool("local/drill.ts", ["--limit", "1m"]);
    expect(stderr).toContain('--limit: "1m" is not a whole number');
    expect(status).toBe(1);
  }, 30_000);
});
