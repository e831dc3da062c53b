import { durationProblem, durationSeconds, isByteSize } from "../../lib/units";

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
  ["10GB", true],
  ["512MB", true],
  ["10", false],
  ["10 GB", false],
  ["10GiB", false],
  ["0GB", false],
  ["1.5GB", false],
])("isByteSize(%j) is %j", (text, expected) => {
  expect(isByteSize(text)).toBe(expected);
});
