import { covers, describeSilence, lasts, SilenceMatcher } from "../../../lib/verify/silences";

const matcher = (name: string, value: string, isRegex = false, isEqual = true): SilenceMatcher => ({
  name,
  value,
  isRegex,
  isEqual,
});
const DISK = { alertname: "DiskFull", severity: "critical" };

describe("covers", () => {
  it.each([
    ["the name", [matcher("alertname", "DiskFull")], true],
    ["another name", [matcher("alertname", "SwapFull")], false],
    ["a regular expression for the whole name", [matcher("alertname", "Disk.*", true)], true],
    ["a regular expression for a part of the name", [matcher("alertname", "Disk", true)], false],
    ["all other names", [matcher("alertname", "Watchdog", false, false)], true],
    ["all names but some", [matcher("alertname", "Disk.*|Swap.*", true, false)], false],
    ["a label of the series", [matcher("instance", "db1")], true],
    ["a label of the series and another severity", [matcher("instance", "db1"), matcher("severity", "warning")], false],
    ["a regular expression that only RE2 knows", [matcher("alertname", "(?P<a>x)", true)], true],
  ])("compares a silence of %s", (_, matchers, expected) => {
    expect(covers({ matchers }, DISK)).toBe(expected);
  });
});

const SILENCE = {
  id: "1",
  by: "alice",
  comment: "maintenance",
  starts: "2026-11-30T10:00:00.000Z",
  ends: "2026-12-02T10:00:00.000Z",
  matchers: [matcher("severity", "critical"), matcher("instance", "db.*", true, false)],
  watchdog: false,
};

test("describeSilence names matchers, author, end and comment", () => {
  expect(describeSilence(SILENCE)).toBe(
    '{severity="critical", instance!~"db.*"} by alice until 2026-12-02 10:00 UTC: maintenance',
  );
});

test("lasts returns seconds", () => {
  expect(lasts(SILENCE)).toBe(2 * 86_400);
});
