import fc from "fast-check";
import { Alert } from "../../../lib/alerts/alert";
import { Severity } from "../../../lib/alerts/rule";

describe("Alert.tune", () => {
  test.each([
    [
      "an alert that there is not",
      "DiskFul",
      {},
      /^there is no built-in alert "DiskFul": the nearest names are DiskFull$/,
    ],
    ["one that is like none", "Xyz", {}, /^there is no built-in alert "Xyz": there are ServerUnreachable, /],
    [
      "a threshold that it has not",
      "DiskFull",
      { thresholds: { used: 70 } },
      'alert "DiskFull": there is no threshold "used": it has warning, critical',
    ],
    [
      "a threshold of one that has none",
      "UnitFailed",
      { thresholds: { used: 70 } },
      'alert "UnitFailed": there is no threshold "used": it has none',
    ],
    [
      "more than all",
      "DiskFull",
      { thresholds: { critical: 101 } },
      'alert "DiskFull": critical (space used): 101 percent is more than 100',
    ],
    [
      "less than nothing",
      "ClockWrong",
      { thresholds: { warning: -1 } },
      'alert "ClockWrong": warning (how far it is off the clock of Prometheus\' server): -1 seconds is less than 0',
    ],
    [
      "part of a minute",
      "UnitCrashLooping",
      { thresholds: { window: 2.5 } },
      'alert "UnitCrashLooping": window (the time in which they are counted): 2.5 is not a whole number of minutes',
    ],
    ["no number", "DiskFull", { thresholds: { warning: Number.NaN } }, /NaN is not a number of percent/],
    [
      "a warning that comes after the fact",
      "DiskFull",
      { thresholds: { warning: 95 } },
      'alert "DiskFull": warning, 95 percent, is beyond critical, 90 percent: it would warn after the fact',
    ],
    [
      "the same where less is worse",
      "DiskFilling",
      { thresholds: { warning: 3 } },
      'alert "DiskFilling": warning, 3 hours, is beyond critical, 4 hours: it would warn after the fact',
    ],
    [
      "a severity for both of its levels",
      "DiskFull",
      { severity: Severity.WARNING },
      'alert "DiskFull": it has the levels warning and critical, so its severity cannot be set: set the thresholds (warning, critical)',
    ],
    [
      "a duration that is none",
      "DiskFull",
      { for: "soon" },
      'alert "DiskFull": for: "soon" is not a duration such as "15s", "1h30m" or "30d"',
    ],
    [
      "a label's name that is none",
      "DiskFull",
      { labels: { "a-b": "c" } },
      /^alert "DiskFull": labels: "a-b" is not a label name/,
    ],
    [
      "a label that is ours",
      "DiskFull",
      { labels: { severity: "page" } },
      'alert "DiskFull": labels: "severity" is set by the alert itself',
    ],
  ] as const)("refuses %s", (_, name, tuning, message) => {
    expect(() => Alert.tune(name, tuning)).toThrow(message);
  });

  test("takes everything at once", () => {
    const tuning = { for: "0s", thresholds: { queue: 20 }, severity: Severity.CRITICAL, labels: { team: "storage" } };
    expect(Alert.tune("DiskSaturated", tuning)).toMatchObject({ name: "DiskSaturated", tuning, addition: undefined });
  });

  test("takes any percentages whose order is right", () => {
    const percentages = fc.tuple(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
    );
    fc.assert(
      fc.property(percentages, ([a, b]) => {
        const thresholds = { warning: Math.min(a, b), critical: Math.max(a, b) };
        expect(Alert.tune("MemoryShort", { thresholds }).tuning).toEqual({ thresholds });
      }),
    );
  });
});

describe("Alert.off", () => {
  test("is about a built-in alert", () => {
    expect(Alert.off("ClockNotSynchronised")).toMatchObject({ name: "ClockNotSynchronised", tuning: undefined });
  });

  test("refuses another", () => {
    expect(() => Alert.off("ClockNotSynchronized")).toThrow("the nearest names are ClockNotSynchronised");
  });
});

describe("Alert.custom", () => {
  const fine = {
    name: "QueueTooLong",
    expr: "queue_length > 100",
    severity: Severity.WARNING,
    summary: "The queue of {{ $labels.instance }} is long",
    description: "{{ $value }} wait.",
  };

  test("adds an alert", () => {
    expect(Alert.custom(fine)).toMatchObject({ name: "QueueTooLong", addition: fine, tuning: undefined });
  });

  test.each([
    [
      "a name that is none",
      { name: "queue too long" },
      /its name must be letters and digits, an upper-case letter first/,
    ],
    [
      "a name that is taken",
      { name: "DiskFull" },
      /there is a built-in alert of this name: choose another, or change that one by Alert\.tune/,
    ],
    ["half an expression", { expr: "queue_length > " }, /^alert "QueueTooLong": expr: the expression ends too early/],
    ["no words", { summary: " " }, /summary: it is empty, and is what people read/],
    ["a wrong duration", { for: "5 minutes" }, /for: "5 minutes" is not a duration/],
    ["a label that is ours", { labels: { alertname: "Other" } }, /labels: "alertname" is set by the alert itself/],
  ])("refuses %s", (_, wrong, message) => {
    expect(() => Alert.custom({ ...fine, ...wrong })).toThrow(message);
  });
});
