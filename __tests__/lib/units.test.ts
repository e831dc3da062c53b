import { byteSize, durationProblem, durationSeconds } from "../../lib/units";

describe("durationSeconds", () => {
  test.each([
    ["15s", 15],
    ["1h30m", 5400],
    ["30d", 2_592_000],
    ["1y", 31_536_000],
    ["500ms", 0.5],
    ["0s", 0],
  ])("parses %s", (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });

  test.each(["", "15", "s", "1.5h", "30m1h", "1h 30m", "-1s", "15S"])("rejects %j", (text) => {
    expect(durationSeconds(text)).toBeUndefined();
  });
});

test("durationProblem rejects zero and malformed durations", () => {
  expect(durationProblem("15s")).toBeUndefined();
  expect(durationProblem("0s")).toBe('"0s" must be greater than zero');
  expect(durationProblem("soon")).toBe('"soon" is not a duration such as "15s", "1h30m" or "30d"');
});

test.each([
  ["10GB", 10 * 1024 ** 3],
  ["512MB", 512 * 1024 ** 2],
  ["7B", 7],
  ["10", undefined],
  ["10 GB", undefined],
  ["10GiB", undefined],
  ["0GB", undefined],
  ["1.5GB", undefined],
])("byteSize(%j) is %j", (text, expected) => {
  expect(byteSize(text)).toBe(expected);
});
