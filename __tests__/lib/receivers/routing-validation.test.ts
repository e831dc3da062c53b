import { notificationProblem } from "../../../lib/receivers/alertmanager-config";
import { Matcher } from "../../../lib/receivers/matcher";
import { Receiver } from "../../../lib/receivers/receiver";
import { Route, Routing } from "../../../lib/receivers/routing";
import { secret, slack } from "../../support/receivers";

describe("notificationProblem", () => {
  const problem = (routing: Routing, receivers: readonly Receiver[] = [slack]): string | undefined =>
    notificationProblem({ receivers, routing });
  const route: Route = { matchers: [Matcher.is("team", "db")], receiver: "slack" };

  test("accepts valid routings", () => {
    expect(problem({})).toBeUndefined();
    expect(problem({}, [])).toBeUndefined();
    expect(problem({ criticalRepeatInterval: "6d" })).toBeUndefined();
    expect(problem({ groupBy: ["..."], groupWait: "0s", routes: [{ ...route, matchers: [], continue: true }] })).toBe(
      undefined,
    );
  });

  test.each<[string, Routing, string]>([
    [
      "an unknown receiver",
      { rest: "pager" },
      'routing: rest: unknown receiver "pager": use "slack", or add it to receivers',
    ],
    [
      "a route's unknown receiver",
      { routes: [route, { ...route, receiver: "slick" }] },
      'routing: routes, number 2: receiver: unknown receiver "slick": use "slack", or add it to receivers',
    ],
    [
      "a route that takes all alerts",
      { routes: [{ ...route, matchers: [] }] },
      "matchers is empty, so the route would take all alerts",
    ],
    ["an invalid duration", { groupInterval: "5 minutes" }, 'routing: groupInterval: "5 minutes" is not a duration'],
    ["a duration of zero", { repeatInterval: "0s" }, 'routing: repeatInterval: "0s" must be greater than zero'],
    ["an invalid label", { groupBy: ["alert-name"] }, 'routing: groupBy: "alert-name" is not a label name'],
    ["a label twice", { sameBy: ["queue", "queue"] }, 'routing: sameBy: "queue" is listed twice'],
    [
      "an unknown time interval",
      { routes: [{ ...route, mutedDuring: ["night"] }] },
      'routes, number 1: unknown time interval "night": add it to timeIntervals, which is empty',
    ],
    [
      "an interval's name twice",
      { timeIntervals: [{ name: "a" }, { name: "a" }] },
      'two timeIntervals have the name "a"',
    ],
    ["an invalid time range", { timeIntervals: [{ name: "a", times: ["9-17"] }] }, '"9-17" is not a time range'],
    [
      "hours past midnight",
      { timeIntervals: [{ name: "a", times: ["22:00-06:00"] }] },
      "split it at midnight, such as",
    ],
    [
      "an invalid day",
      { timeIntervals: [{ name: "a", weekdays: ["Monday"] }] },
      '"Monday" is not a weekday: use monday, tuesday',
    ],
    [
      "an invalid time zone",
      { timeIntervals: [{ name: "a", timeZone: "Mars/Base" }] },
      '"Mars/Base" is not a time zone',
    ],
    ["an inhibition by any alert", { inhibitions: [{ source: [], target: [], equal: [] }] }, "source is empty"],
  ])("rejects %s", (_what, routing, expected) => {
    expect(problem(routing)).toContain(expected);
  });

  test("rejects two receivers with the same name, also in groups and as dead man's switch", () => {
    const other = Receiver.discord("slack", { webhookUrl: secret });
    const group = Receiver.group("group", [other]);
    for (const receivers of [
      [slack, other],
      [slack, group],
      [slack, slack],
    ])
      expect(notificationProblem({ receivers, routing: {} })).toBe(
        'two receivers have the name "slack": rename one of them',
      );
    expect(notificationProblem({ receivers: [slack], routing: {}, deadMansSwitch: other })).toBe(
      'two receivers have the name "slack": rename one of them',
    );
    expect(notificationProblem({ receivers: [slack, Receiver.group("group", [slack])], routing: {} })).toBeUndefined();
    expect(notificationProblem({ receivers: [slack], routing: {}, deadMansSwitch: slack })).toBeUndefined();
  });
});
