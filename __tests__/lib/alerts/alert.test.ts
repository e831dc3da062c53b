import fc from "fast-check";
import { Alert } from "../../../lib/alerts/alert";
import { Severity } from "../../../lib/alerts/rule";

describe("Alert.tune", () => {
  it.each([
    ["an unknown alert", "DiskFul", {}, /^unknown built-in alert "DiskFul": did you mean DiskFull\?$/],
    [
      "an unknown alert without a similar name",
      "Xyz",
      {},
      /^unknown built-in alert "Xyz": the built-in alerts are ServerUnreachable, /,
    ],
    [
      "an unknown threshold",
      "DiskFull",
      { thresholds: { used: 70 } },
      'alert "DiskFull": unknown threshold "used": use warning or critical',
    ],
    [
      "a threshold of an alert without thresholds",
      "UnitFailed",
      { thresholds: { used: 70 } },
      'alert "UnitFailed": unknown threshold "used": the alert has no thresholds',
    ],
    [
      "more than 100 percent",
      "DiskFull",
      { thresholds: { critical: 101 } },
      'alert "DiskFull": threshold "critical" (space used) is 101 percent: use at most 100',
    ],
    [
      "a negative value",
      "ClockWrong",
      { thresholds: { warning: -1 } },
      'alert "ClockWrong": threshold "warning" (offset from the clock of Prometheus\' server) is -1 seconds: use at least 0',
    ],
    [
      "a fraction of a minute",
      "UnitCrashLooping",
      { thresholds: { window: 2.5 } },
      'alert "UnitCrashLooping": threshold "window" (range in which restarts are counted) is 2.5 minutes: use a whole number',
    ],
    ["NaN", "DiskFull", { thresholds: { warning: Number.NaN } }, /is NaN: use a number of percent/],
    [
      "a warning above critical",
      "DiskFull",
      { thresholds: { warning: 95 } },
      'alert "DiskFull": threshold "warning" is 95 percent, beyond "critical" (90): use at most 90',
    ],
    [
      "a warning below critical, if low values are worse",
      "DiskFilling",
      { thresholds: { warning: 3 } },
      'alert "DiskFilling": threshold "warning" is 3 hours, beyond "critical" (4): use at least 4',
    ],
    [
      "a severity for an alert with two levels",
      "DiskFull",
      { severity: Severity.WARNING },
      'alert "DiskFull": severity cannot be set, because the alert has the levels warning and critical: set the thresholds (warning, critical, smallest) instead',
    ],
    [
      "a malformed duration",
      "DiskFull",
      { for: "soon" },
      'alert "DiskFull": for: "soon" is not a duration such as "15s", "1h30m" or "30d"',
    ],
    [
      "an invalid label name",
      "DiskFull",
      { labels: { "a-b": "c" } },
      /^alert "DiskFull": labels: "a-b" is not a label name/,
    ],
    [
      "a reserved label",
      "DiskFull",
      { labels: { severity: "page" } },
      'alert "DiskFull": labels: "severity" is reserved: remove it',
    ],
  ] as const)("rejects %s", (_, name, tuning, message) => {
    expect(() => Alert.tune(name, tuning)).toThrow(message);
  });

  it("accepts all settings together", () => {
    const tuning = { for: "0s", thresholds: { queue: 20 }, severity: Severity.CRITICAL, labels: { team: "storage" } };
    expect(Alert.tune("DiskSaturated", tuning)).toMatchObject({
      name: "DiskSaturated",
      _tuning: tuning,
      _addition: undefined,
    });
  });

  it("accepts any percentages in ascending order", () => {
    const percentages = fc.tuple(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
    );
    fc.assert(
      fc.property(percentages, ([a, b]) => {
        const thresholds = { warning: Math.min(a, b), critical: Math.max(a, b) };
        expect(Alert.tune("MemoryShort", { thresholds })._tuning).toEqual({ thresholds });
      }),
    );
  });
});

describe("Alert.off", () => {
  it("disables a built-in alert", () => {
    expect(Alert.off("ClockNotSynchronised")).toMatchObject({ name: "ClockNotSynchronised", _tuning: undefined });
  });

  it("rejects an unknown alert", () => {
    expect(() => Alert.off("ClockNotSynchronized")).toThrow("did you mean ClockNotSynchronised?");
  });
});

describe("Alert.custom", () => {
  const valid = {
    name: "QueueTooLong",
    expr: "queue_length > 100",
    severity: Severity.WARNING,
    summary: "The queue of {{ $labels.instance }} is long",
    description: "{{ $value }} wait.",
  };

  it("adds an alert", () => {
    expect(Alert.custom(valid)).toMatchObject({ name: "QueueTooLong", _addition: valid, _tuning: undefined });
  });

  it.each([
    [
      "an invalid name",
      { name: "queue too long" },
      /the name is invalid: use letters and digits, starting with an upper-case letter/,
    ],
    [
      "the name of a built-in alert",
      { name: "DiskFull" },
      /a built-in alert has this name: choose another name, or change the built-in alert with Alert\.tune/,
    ],
    [
      "an incomplete expression",
      { expr: "queue_length > " },
      /^alert "QueueTooLong": expr: the expression ends too early/,
    ],
    ["an empty summary", { summary: " " }, /summary is empty: describe the problem/],
    ["a malformed duration", { for: "5 minutes" }, /for: "5 minutes" is not a duration/],
    ["a reserved label", { labels: { alertname: "Other" } }, /labels: "alertname" is reserved/],
  ])("rejects %s", (_, invalid, message) => {
    expect(() => Alert.custom({ ...valid, ...invalid })).toThrow(message);
  });
});
