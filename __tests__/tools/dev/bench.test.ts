import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResultFile } from "../../../tools/dev/bench/report";
import { runTool } from "../../support/tools";

describe("npm run bench", () => {
  const bench = (...args: string[]) => runTool("dev/bench.ts", args);

  it("rejects an unknown benchmark without a stack trace", () => {
    const { status, stderr } = bench("everything");
    expect(status).toBe(1);
    expect(stderr).toContain('unknown benchmark "everything": use synthesis, deploy');
    expect(stderr).not.toContain("    at ");
  }, 30_000);

  it("prints a table and writes all samples to a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    try {
      const out = join(folder, "results.json");
      const { status, stdout } = bench("synthesis", "--repeat", "1", "--sizes", "2", "--out", out);
      expect(status).toBe(0);
      expect(stdout).toContain("local, 2 servers, ours / bare");
      expect(stdout).toContain(out);
      const file = JSON.parse(readFileSync(out, "utf8")) as ResultFile;
      expect(file).toMatchObject({ format: 1, machine: { versions: { node: process.versions.node } } });
      expect(file.sections.map(({ benchmark, repeat }) => ({ benchmark, repeat }))).toEqual([
        { benchmark: "synthesis", repeat: 1 },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
