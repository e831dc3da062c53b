import { durationProblem, durationSeconds, isByteSize } from "../../lib/units";

describe("durationSeconds", () => {
  test.each([
    ["15s", 15],
    ["1h30m", 5400],
    ["30d", 2_592_000],
    ["1y", 31_536_000],
    ["500ms", 0.5],
    ["0s", 0],
  ])("reads %s", (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });

  test.each(["", "15", "s", "1.5h", "30m1h", "1h 30m", "-1s", "15S"])("refuses %j", (text) => {
    expect(durationSeconds(text)).toBeUndefined();
  });
});

test("durationProblem wants more than nothing", () => {
  expect(durationProblem("15s")).toBeUndefined();
  expect(durationProblem("0s")).toBe('"0s" must be longer than nothing');
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
