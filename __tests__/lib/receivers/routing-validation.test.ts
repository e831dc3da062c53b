import { notificationProblem } from "../../../lib/receivers/alertmanager-config";
import { Matcher } from "../../../lib/receivers/matcher";
import { Receiver } from "../../../lib/receivers/receiver";
import { Route, Routing } from "../../../lib/receivers/routing";
import { secret, slack } from "../../support/receivers";

describe("notificationProblem", () => {
  const problem = (routing: Routing, receivers: readonly Receiver[] = [slack]): string | undefined =>
    notificationProblem({ receivers, routing });
  const route: Route = { matchers: [Matcher.is("team", "db")], receiver: "slack" };

  test("finds nothing wrong with what is usual", () => {
    expect(problem({})).toBeUndefined();
    expect(problem({}, [])).toBeUndefined();
    expect(problem({ criticalRepeatInterval: "6d" })).toBeUndefined();
    expect(problem({ groupBy: ["..."], groupWait: "0s", routes: [{ ...route, matchers: [], continue: true }] })).toBe(
      undefined,
    );
  });

  test.each<[string, Routing, string]>([
    ["an unknown receiver", { rest: "pager" }, 'routing: rest: there is no receiver "pager": there are "slack"'],
    [
      "a route's unknown receiver",
      { routes: [route, { ...route, receiver: "slick" }] },
      'routing: routes, number 2: receiver: there is no receiver "slick": there are "slack"',
    ],
    ["a route that takes all", { routes: [{ ...route, matchers: [] }] }, "without matchers it takes all alerts"],
    ["no duration", { groupInterval: "5 minutes" }, 'routing: groupInterval: "5 minutes" is not a duration'],
    ["no time at all", { repeatInterval: "0s" }, 'routing: repeatInterval: "0s" must be greater than zero'],
    ["no label", { groupBy: ["alert-name"] }, 'routing: groupBy: "alert-name" is not a label name'],
    ["a label twice", { sameBy: ["queue", "queue"] }, 'routing: sameBy: "queue" is there twice'],
    [
      "an unknown time interval",
      { routes: [{ ...route, mutedDuring: ["night"] }] },
      'routes, number 1: there is no time interval "night": there are none',
    ],
    ["an interval's name twice", { timeIntervals: [{ name: "a" }, { name: "a" }] }, 'two timeIntervals "a"'],
    ["no hours", { timeIntervals: [{ name: "a", times: ["9-17"] }] }, '"9-17" is not a part of a day'],
    ["hours past midnight", { timeIntervals: [{ name: "a", times: ["22:00-06:00"] }] }, "is two, such as"],
    ["no day", { timeIntervals: [{ name: "a", weekdays: ["Monday"] }] }, '"Monday" is none of monday, tuesday'],
    ["no time zone", { timeIntervals: [{ name: "a", timeZone: "Mars/Base" }] }, '"Mars/Base" is not a time zone'],
    ["an inhibition by anything", { inhibitions: [{ source: [], target: [], equal: [] }] }, "without a source"],
  ])("refuses %s", (_what, routing, expected) => {
    expect(problem(routing)).toContain(expected);
  });

  test("refuses two receivers of one name, also within groups and as dead man's switch", () => {
    const other = Receiver.discord("slack", { webhookUrl: secret });
    const group = Receiver.group("group", [other]);
    for (const receivers of [
      [slack, other],
      [slack, group],
      [slack, slack],
    ])
      expect(notificationProblem({ receivers, routing: {} })).toBe('there are two receivers "slack"');
    expect(notificationProblem({ receivers: [slack], routing: {}, deadMansSwitch: other })).toBe(
      'there are two receivers "slack"',
    );
    expect(notificationProblem({ receivers: [slack, Receiver.group("group", [slack])], routing: {} })).toBeUndefined();
    expect(notificationProblem({ receivers: [slack], routing: {}, deadMansSwitch: slack })).toBeUndefined();
  });
});
