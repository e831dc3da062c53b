import fc from "fast-check";
import { firstLogqlError, logqlProblem, selectionsIn } from "../../../lib/logs/logql";

/** Returns what a query expects of labels, in a short notation. */
function expectedOf(query: string): string[] {
  return selectionsIn(query).map(({ matchers, filters, labels }) => {
    const [all, some] = [matchers, filters].map((list) => list.map((m) => `${m.label}${m.operator}${m.value}`).join());
    return [all, some, labels.join()].join(" ; ").replace(/( ; )+$/, "");
  });
}

describe("selectionsIn", () => {
  test.each([
    ['{job="nginx", kind=~"a|b", level!="x",method!~`y.*`}', ["job=nginx,kind=~a|b,level!=x,method!~y.*"]],
    ['{job="a"} |= "text" != "b" |~ "c" or "d"', ["job=a"]],
    ['{job="a"} | status_class="5xx" or level=~"e.*"', ["job=a ; status_class=5xx,level=~e.*"]],
    ['{job="a"} | size > 5 and took >= 5s, bytes < 1KB | ip = ip("10.0.0.0/8")', ["job=a ;  ; bytes,ip,size,took"]],
    ['sum by (b, c) (rate({job="a"}[5m]))', ["job=a ;  ; b,c"]],
    ['sum(rate({job="a"}[5m])) by (b)', ["job=a ;  ; b"]],
    ['sum without (b) (rate({job="a"}[5m]))', ["job=a ;  ; b"]],
    ['sum(rate({job="a"}[5m])) / on (c) sum(rate({job="b"}[5m]))', ["job=a ;  ; c", "job=b ;  ; c"]],
    ['sum by (c) (rate({job="a"}[5m])) / sum by (d) (rate({job="b"}[5m]))', ["job=a ;  ; c", "job=b ;  ; d"]],
    ['max_over_time({job="a"} | unwrap d [5m]) by (e)', ["job=a ;  ; d,e"]],
    ["vector(0)", []],
  ])("reads %s", (query, found) => {
    expect(expectedOf(query)).toEqual(found);
  });

  test.each([
    ['sum by (user, ip) (count_over_time({job="a"} | pattern "<_> <user> <ip>" [5m]))', "pattern"],
    ['{job="a"} | regexp `(?P<user>\\w+) (?<ip>.*)` | user="x" | ip=~"y"', "regexp"],
    ['{job="a"} | json | user="x" | ip > 5', "json"],
    ['{job="a"} | json user="u.v", ip="w" | user="x" | ip="y"', "json by names"],
    ['{job="a"} | logfmt | user="x"', "logfmt"],
    ['{job="a"} | logfmt user="u" | user="x"', "logfmt by names"],
    ['{job="a"} | unpack | user="x"', "unpack"],
    ['{job="a"} | label_format user="x" | user="x"', "label_format"],
    ['sum by (user) (label_replace(rate({job="a"}[5m]), "user", "$1", "job", "(.*)"))', "label_replace"],
    ['{job="a"} | __error__=""', "Loki itself"],
  ])("does not expect streams to have a label that the query adds: %s", (query) => {
    expect(expectedOf(query)).toEqual(["job=a"]);
  });

  test("expects streams to have a label that no earlier stage of the query sets", () => {
    expect(expectedOf('{job="a"} | user="x" | json')).toEqual(["job=a ; user=x"]);
    expect(expectedOf('{job="a"} | pattern "<user>" | ip="x"')).toEqual(["job=a ; ip=x"]);
    expect(expectedOf('{job="a"} | label_format b=c')).toEqual(["job=a ;  ; c"]);
  });

  test.each([
    ["", "the expression is empty"],
    ['{job="a"', 'the expression ends too early, after "{job="a""'],
    ['{job="a"} )', 'the expression does not parse at character 11, near "{job="a"} )"'],
    ['{job="a} | json', 'the expression does not parse at character 6, near "{job="a} | json"'],
    ['rate({job="a"}[$__auto])', 'the expression does not parse at character 16, near "rate({job="a"}[$__auto])"'],
    ["{}", 'the expression does not parse at character 2, near "{}"'],
    [
      '{job!="a"}',
      'the selector {job!="a"} matches all log streams: add a matcher that requires a label, such as monitoring=~".+"',
    ],
    ['{job=~".*"}', /matches all log streams/],
  ])("rejects %j", (query, message) => {
    expect(() => selectionsIn(query)).toThrow(message);
    expect(logqlProblem(query)).toMatch(message);
  });

  test("returns the value of a matcher unchanged", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), (value) => {
        const [selection] = selectionsIn(`{job=${JSON.stringify(value)}}`);
        expect(selection?.matchers).toEqual([{ label: "job", operator: "=", value }]);
      }),
    );
  });
});

test.each([
  ['{job="a"}', undefined],
  ['{job="a"} | json', undefined],
  ["{$filters}", 1],
  ['sum(rate({job="a"}[5m])', 23],
])("firstLogqlError(%j) is %s", (query, position) => {
  expect(firstLogqlError(query)).toBe(position);
});
