import { evaluator, literal } from "./check";

const evaluate = evaluator("grafana_results");

const matcher = (name: string, value: string, type = "="): object => ({ name, type, value });
const NAME = matcher("__name__", "m");
const vector = {
  type: "vectorSelector",
  name: "m",
  matchers: [NAME, matcher("instance", "hub"), matcher("state", "x", "=~")],
  offset: 0,
};
const rate = {
  type: "call",
  func: { name: "rate" },
  args: [{ type: "matrixSelector", name: "m", matchers: [NAME], range: 60000, offset: 86400000 }],
};
const binary = (op: string, bool = false): object => ({ type: "binaryExpr", op, bool, lhs: rate, rhs: vector });

describe("selectors", () => {
  it("finds the selectors of a PromQL query, and asks for their series", async () => {
    const found = `[[each.text(), each.usable(0), each.usable(30000), each.conditions] for each in selectors(${literal(binary("/"))})]`;
    expect(await evaluate(found)).toEqual([
      [
        "m{}",
        "count(count_over_time(m{}[60000ms] offset 86400000ms) > 1)",
        "count(count_over_time(m{}[60000ms] offset 86430000ms) > 1)",
        "",
      ],
      [
        'm{instance="hub",state=~"x"}',
        'count(m{instance="hub",state=~"x"})',
        'count(m{instance="hub",state=~"x"} offset 30000ms)',
        'state=~"x"',
      ],
    ]);
  });
});

it.each([
  ["a division", binary("/"), false],
  ["a comparison", binary(">"), true],
  ["a comparison with bool", binary(">", true), false],
  ["unless", binary("unless"), true],
  ["and", { type: "parenExpr", expr: binary("and") }, true],
  ["or", binary("or"), false],
  ["absent", { type: "call", func: { name: "absent" }, args: [vector] }, true],
])("filters recognises %s", async (_, tree, expected) => {
  expect(await evaluate(`filters(${literal(tree)})`)).toBe(expected);
});

it("log_selectors finds stream selectors, also if strings contain braces", async () => {
  const text = 'sum(rate({a="x}{", b=~`{`} |= "{c=\\"d\\"}" [5m])) / sum(rate({a="y"} | json [5m]))';
  expect(await evaluate(`log_selectors(${literal(text)})`)).toEqual(['{a="x}{", b=~`{`}', '{a="y"}']);
});

it.each([
  ['{a!="x", b=~"y"}', false],
  ['sum by (path) (rate({a="x"} | regexp `|= (?P<path>.*)` [5m]))', false],
  ['{a="x"} | json | line_format "{{.b}} != c"', false],
  ['{a="x"} |= "y"', true],
  ['{a="x"} != "y"', true],
  ['{a="x"} | json | level="error"', true],
  ['sum(rate({a="x"}[5m])) > 0', true],
  ['rate({a="x"}[5m]) unless rate({a="y"}[5m])', true],
  ['sum(rate({a="x"} | unwrap b [5m]))', true],
])("log_filters recognises whether %s keeps only some lines", async (text, expected) => {
  expect(await evaluate(`log_filters(${literal(text)})`)).toBe(expected);
});

it.each([
  ["no frame", {}, [false, false]],
  ["a frame without columns", { frames: [{ data: { values: [] } }] }, [false, false]],
  ["a value", { frames: [{ data: { values: [[1], [0]] } }] }, [true, false]],
  ["only a time", { frames: [{ data: { values: [[1], [null]] } }] }, [false, false]],
  ["NaN", { frames: [{ data: { values: [[1], [null]], entities: [null, { NaN: [0] }] } }] }, [false, true]],
  ["infinity", { frames: [{ data: { values: [[1], [null]], entities: [null, { Inf: [0] }] } }] }, [true, false]],
])("values recognises %s", async (_, result, expected) => {
  expect(await evaluate(`values(${literal(result)})`)).toEqual(expected);
});

it("executed returns the query in which Grafana has replaced its variables", async () => {
  const frames = [{ schema: { meta: { executedQueryString: 'Expr: rate(a{b="c"}[1m0s])\nStep: 15s' } } }];
  const given = (result: object): string => `executed(${literal(result)}, "default")`;
  expect(await evaluate(given({ frames }))).toBe('rate(a{b="c"}[1m0s])');
  expect(await evaluate(given({}))).toBe("default");
});
