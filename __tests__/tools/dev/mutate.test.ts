import { runTool } from "../../support/tools";

describe("npm run mutate", () => {
  it("rejects an unknown alert", () => {
    const { status, stderr } = runTool("dev/mutate.ts", ["DiskFul"]);
    expect(status).toBe(1);
    expect(stderr).toContain("unknown alert DiskFul");
  }, 30_000);
});
