import { differences, ratios, summarize } from "../../../../tools/dev/bench/statistics";

describe("summarize", () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[2, 1], { median: 1.5, min: 1, max: 2 }],
    [[9, 1, 2], { median: 2, min: 1, max: 9 }],
    [[10, 9, 100, 1], { median: 9.5, min: 1, max: 100 }],
  ])("summarizes %j", (samples, expected) => {
    expect(summarize(samples)).toEqual(expected);
  });

  it("keeps the order of the samples", () => {
    const samples = [3, 1, 2];
    summarize(samples);
    expect(samples).toEqual([3, 1, 2]);
  });

  it("rejects an empty list", () => {
    expect(() => summarize([])).toThrow("no samples");
  });
});

describe("ratios and differences", () => {
  it("compare the samples of the same round", () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
    expect(differences([2, 9], [1, 3])).toEqual([1, 6]);
  });

  it("reject lists of different lengths", () => {
    expect(() => ratios([1, 2], [1])).toThrow("2 samples cannot be paired with 1");
  });
});
