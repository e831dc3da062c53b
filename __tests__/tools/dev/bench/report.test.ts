import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResultFile, section, table, writeResults } from "../../../../tools/dev/bench/report";
import { describeMachine } from "../../../../tools/local/machine";

const measured = section({ name: "deploy", title: "what it takes" }, 3, {
  figures: [
    { name: "up", unit: "s", samples: [12.3456, 10, 11] },
    { name: "ours / bare", unit: "×", samples: [1.4], goal: 1.5 },
    { name: "beyond", unit: "s", samples: [0.6001, 0.4, 0.7], goal: 0.5 },
  ],
  notes: ["A note."],
});

describe("a report", () => {
  it("contains all samples, their summary, and whether the goal is met", () => {
    expect(measured).toMatchObject({ benchmark: "deploy", repeat: 3, notes: ["A note."] });
    expect(measured.results).toEqual([
      { name: "up", unit: "s", samples: [12.3456, 10, 11], median: 11, min: 10, max: 12.3456 },
      { name: "ours / bare", unit: "×", samples: [1.4], median: 1.4, min: 1.4, max: 1.4, goal: 1.5, met: true },
      {
        name: "beyond",
        unit: "s",
        samples: [0.6001, 0.4, 0.7],
        median: 0.6001,
        min: 0.4,
        max: 0.7,
        goal: 0.5,
        met: false,
      },
    ]);
  });

  it("is printed as a table", () => {
    expect(table(measured)).toBe(`deploy: what it takes (3 times each)

                median   min … max   goal
  up              11 s   10 … 12.3
  ours / bare    1.4 ×               at most 1.5: met
  beyond         0.6 s   0.4 … 0.7   at most 0.5: NOT MET

  A note.`);
  });

  it("is written to a file with a description of the machine", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    try {
      const path = join(folder, "new", "results.json");
      const file: ResultFile = {
        format: 1,
        date: "2026-01-01T00:00:00.000Z",
        machine: await describeMachine({ PATH: "/nonexistent" }),
        sections: [measured],
      };
      writeResults(path, file);
      expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(file);
      expect(existsSync(`${path}.${process.pid}.tmp`)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
