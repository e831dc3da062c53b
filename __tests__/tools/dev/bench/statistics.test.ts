import { differences, ratios, summarize } from "../../../../tools/dev/bench/statistics";

describe("a summary", () => {
  test.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[2, 1], { median: 1.5, min: 1, max: 2 }],
    [[9, 1, 2], { median: 2, min: 1, max: 9 }],
    [[10, 9, 100, 1], { median: 9.5, min: 1, max: 100 }],
  ])("of %j", (samples, expected) => {
    expect(summarize(samples)).toEqual(expected);
  });

  test("leaves the samples in their order", () => {
    const samples = [3, 1, 2];
    summarize(samples);
    expect(samples).toEqual([3, 1, 2]);
  });

  test("of nothing is refused", () => {
    expect(() => summarize([])).toThrow("no samples");
  });
});

describe("what was measured in turns", () => {
  test("is compared sample by sample", () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
    expect(differences([2, 9], [1, 3])).toEqual([1, 6]);
  });

  test("must be as many", () => {
    expect(() => ratios([1, 2], [1])).toThrow("2 samples cannot be paired with 1");
  });
});
