import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/cli/common";
import type { ResultFile } from "../../../tools/dev/bench/report";

describe("npm run bench", () => {
  const tool = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tools/dev/bench.ts", ...args], { cwd: projectRoot, encoding: "utf8" });

  test("tells what it does", () => {
    const { status, stdout } = tool("--help");
    expect(status).toBe(0);
    for (const word of ["synthesis", "deploy", "--repeat", "--sizes", "--out"]) expect(stdout).toContain(word);
  }, 30_000);

  test("refuses a benchmark that it doesn't know, without a stack trace", () => {
    const { status, stderr } = tool("everything");
    expect(status).toBe(1);
    expect(stderr).toContain('"everything" is no benchmark: there are synthesis, deploy');
    expect(stderr).not.toContain("    at ");
  }, 30_000);

  test("prints a table, and writes all samples to a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    try {
      const out = join(folder, "results.json");
      const { status, stdout } = tool("synthesis", "--repeat", "1", "--sizes", "2", "--out", out);
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
