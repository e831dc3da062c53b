import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMachine, versionIn } from "../../../../tools/dev/bench/machine";
import { Recorder } from "../../../../tools/dev/bench/recorder";
import { ResultFile, section, table, writeResults } from "../../../../tools/dev/bench/report";

const measured = section({ name: "deploy", title: "what it takes" }, 3, {
  figures: [
    { name: "up", unit: "s", samples: [12.3456, 10, 11] },
    { name: "ours / bare", unit: "×", samples: [1.4], goal: 1.5 },
    { name: "beyond", unit: "s", samples: [0.6001, 0.4, 0.7], goal: 0.5 },
  ],
  notes: ["A note."],
});

describe("samples", () => {
  test("are gathered by figure, in the order in which the figures appear", () => {
    const record = new Recorder();
    record.add("b", "s", 1, 5);
    record.add("a", "×", 2);
    record.add("b", "s", 3, 5);
    expect(record.figures).toEqual([
      { name: "b", unit: "s", goal: 5, samples: [1, 3] },
      { name: "a", unit: "×", samples: [2] },
    ]);
  });
});

describe("results", () => {
  test("hold all samples, what they come to, and whether the goal is met", () => {
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

  test("are a table for people", () => {
    expect(table(measured)).toBe(`deploy: what it takes (3 times each)

                median   min … max   goal
  up              11 s   10 … 12.3
  ours / bare    1.4 ×               at most 1.5: met
  beyond         0.6 s   0.4 … 0.7   at most 0.5: NOT MET

  A note.`);
  });

  test("go to a file with what the machine is", async () => {
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

describe("the machine", () => {
  test("is described, with null for what is not here", async () => {
    const machine = await describeMachine({ PATH: "/nonexistent" });
    expect(machine).toMatchObject({
      cpu: expect.any(String) as string,
      kernel: expect.stringMatching(/^\w+ \d/) as string,
      load: [expect.any(Number), expect.any(Number), expect.any(Number)],
      versions: {
        node: process.versions.node,
        cdktf: expect.stringMatching(/^\d+\./) as string,
        terraform: null,
        docker: null,
      },
    });
    expect(machine.cores).toBeGreaterThan(0);
  }, 30_000);

  test.each([
    ["Terraform v1.11.4\non linux_amd64", "1.11.4"],
    ["ansible-playbook [core 2.19.1]\n  config file = None", "2.19.1"],
    ["nothing", null],
    [null, null],
  ])("has the version in %j", (text, expected) => {
    expect(versionIn(text)).toBe(expected);
  });
});
