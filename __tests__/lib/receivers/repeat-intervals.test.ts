import { Matcher } from "../../../lib/receivers/matcher";
import { retentionProblem } from "../../../lib/receivers/repeat-intervals";
import { Routing } from "../../../lib/receivers/routing";

const route = { matchers: [Matcher.is("team", "db")], receiver: "slack" };

describe("retentionProblem", () => {
  test.each<[string, Routing]>([
    ["120h", {}],
    ["12h", {}],
    ["30d", { repeatInterval: "14d" }],
    ["5d", { criticalRepeatInterval: "5d", routes: [{ ...route, repeatInterval: "5d" }] }],
    ["4h", { repeatInterval: "2h", routes: [route] }],
  ])("accepts %s with %j", (retention, routing) => {
    expect(retentionProblem(retention, routing)).toBeUndefined();
  });

  test.each<[string, Routing, string]>([
    ["11h59m", {}, '"11h59m" is shorter than the longest repeat interval of the routing (repeatInterval: "12h")'],
    ["3h", { repeatInterval: "1h" }, '(criticalRepeatInterval: "4h")'],
    ["5d", { criticalRepeatInterval: "6d", repeatInterval: "1h" }, '(criticalRepeatInterval: "6d")'],
    ["5d", { routes: [route, { ...route, repeatInterval: "1w" }] }, '(routes, number 2: repeatInterval: "1w")'],
  ])("rejects %s with %j", (retention, routing, sentence) => {
    expect(retentionProblem(retention, routing)).toContain(sentence);
  });
});
