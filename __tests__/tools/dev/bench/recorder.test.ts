import { Recorder } from "../../../../tools/dev/bench/recorder";

describe("Recorder", () => {
  it("collects samples by figure, in the order of the first samples", () => {
    const record = new Recorder();
    record.add("up", "s", 3, 5);
    record.add("down", "s", 1);
    record.add("up", "s", 4, 9);
    expect(record.figures).toEqual([
      { name: "up", unit: "s", goal: 5, samples: [3, 4] },
      { name: "down", unit: "s", samples: [1] },
    ]);
  });

  it("compares the figures that two candidates have in common", () => {
    const record = new Recorder();
    for (const [ours, theirs] of [
      [1, 2],
      [6, 4],
    ] as const) {
      record.add("ours, fresh", "s", ours);
      record.add("ours, alone", "s", 7);
      record.add("theirs, fresh", "s", theirs);
    }
    expect(record.ratios("ours", "theirs", { fresh: 0.2 })).toEqual([
      { name: "ours / theirs, fresh", unit: "×", samples: [0.5, 1.5], goal: 0.2 },
    ]);
  });
});
