import fc from "fast-check";
import { alertmanagerConfig, notificationProblem } from "../../../lib/receivers/alertmanager-config";
import { Matcher } from "../../../lib/receivers/matcher";
import { Inhibition, Route, Routing, TimeInterval } from "../../../lib/receivers/routing";
import { amtoolTest, configProblems } from "../../support/amtool";
import { outside, pager, slack, team } from "../../support/receivers";

/** Generates valid values, and sometimes others. */
const mostly = (valid: readonly string[], other: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...valid) }, { weight: 1, arbitrary: other });

const anyText = fc.string({ unit: "grapheme", maxLength: 6 });
const receiver = mostly(
  [slack, pager, team, outside].map(({ name }) => name),
  anyText,
);
const label = mostly(["alertname", "instance", "team", "severity"], fc.oneof(anyText, fc.constant("...")));
const labels = fc.uniqueArray(label, { maxLength: 3 });
const duration = mostly(["1s", "30s", "5m", "1h30m", "12h", "5d"], fc.oneof(anyText, fc.constantFrom("0s", "6d")));
const clock = mostly(["00:00", "06:00", "09:30"], fc.constantFrom("25:00", "24:00"));
const later = mostly(["17:00", "22:30", "24:00"], fc.constantFrom("00:00", "8:00"));

const matcher = fc
  .tuple(fc.constantFrom("is", "isNot", "matches", "matchesNot"), label, anyText)
  .map(([operator, name, value]) => {
    try {
      return Matcher[operator as "is"](name, value);
    } catch {
      return Matcher.is("rejected", "at construction");
    }
  });
const matchers = fc.array(matcher, { minLength: 1, maxLength: 3 });

const timing = { groupBy: labels, groupWait: duration, groupInterval: duration, repeatInterval: duration };
const during = fc.array(mostly(["night", "busy"], anyText), { maxLength: 2 });
const interval: fc.Arbitrary<Omit<TimeInterval, "name">> = fc.record(
  {
    times: fc.array(
      fc.tuple(clock, later).map((part) => part.join("-")),
      { maxLength: 2 },
    ),
    weekdays: fc.array(mostly(["monday", "saturday", "sunday"], fc.constant("Sunday")), { maxLength: 2 }),
    timeZone: mostly(["UTC", "Europe/Berlin"], fc.constantFrom("+02:00", "Mars/Base", "")),
  },
  { requiredKeys: [] },
);
const route: fc.Arbitrary<Route> = fc.record(
  { matchers, receiver, continue: fc.boolean(), mutedDuring: during, activeDuring: during, ...timing },
  { requiredKeys: ["matchers", "receiver"] },
);
const inhibition: fc.Arbitrary<Inhibition> = fc.record({ source: matchers, target: matchers, equal: labels });
const routing: fc.Arbitrary<Routing> = fc.record(
  {
    critical: receiver,
    rest: receiver,
    criticalRepeatInterval: duration,
    routes: fc.array(route, { maxLength: 3 }),
    timeIntervals: fc.tuple(interval, interval).map(([night, busy]) => [
      { ...night, name: "night" },
      { ...busy, name: "busy" },
    ]),
    sameBy: labels,
    inhibitions: fc.array(inhibition, { maxLength: 2 }),
    ...timing,
  },
  { requiredKeys: ["timeIntervals"] },
);

amtoolTest("any routing yields a valid configuration or an error", async () => {
  // GIVEN many routings
  const configs: string[] = [];
  const rejections = new Set<string>();
  fc.assert(
    fc.property(routing, fc.boolean(), (any, watched) => {
      const notification = {
        receivers: [slack, pager, team, outside],
        routing: any,
        deadMansSwitch: watched ? outside : undefined,
      };
      const found = notificationProblem(notification);
      if (found === undefined) configs.push(alertmanagerConfig({ ...notification, secretsDirectory: "secrets" }));
      else rejections.add(found);
    }),
    { numRuns: 400 },
  );
  // THEN Alertmanager accepts all routings that we accept, and there were enough of both kinds
  expect(configs.length).toBeGreaterThan(50);
  expect(rejections.size).toBeGreaterThan(20);
  expect([...rejections].filter((sentence) => !/^routing: \w+/.test(sentence))).toEqual([]);
  expect(await configProblems(configs)).toBe("");
});
