import fc from "fast-check";
import { firstPromqlError, metricsIn, missingMetrics, promqlProblem } from "../../../lib/metrics/promql";

describe("metricsIn", () => {
  test.each([
    ["up", ["up"]],
    ["up{job='node'} == 0", ["up"]],
    ["a / on (instance) group_left (b) c", ["a", "c"]],
    ["sum by (le) (rate(x_bucket[5m])) > 0.9 # y", ["x_bucket"]],
    ["histogram_quantile(0.9, x_bucket) and time() - z > 5", ["x_bucket", "z"]],
    ["max_over_time(instance:cpu:rate5m[1h:5m] offset 1d)", ["instance:cpu:rate5m"]],
    ["b or a or b", ["a", "b"]],
    ["absent(up{job=~'a|b'})", ["up"]],
    ['{__name__="x", job="y"}', ["x"]],
    ['{"x", job="y"}', ["x"]],
    ["{`__name__`='x'}", ["x"]],
    ["vector(1)", []],
    // Keywords are valid names of metrics.
    ["sum(avg) / on () count", ["avg", "count"]],
  ])("reads %s", (expression, names) => {
    expect(metricsIn(expression)).toEqual(names);
  });

  test.each([
    ["", "the expression is empty"],
    [" # nothing", 'the expression ends too early, after "# nothing"'],
    ["sum(a", 'the expression ends too early, after "sum(a"'],
    ["1 +", 'the expression ends too early, after "1 +"'],
    ["foo bar", 'the expression does not parse at character 5, near "foo bar"'],
    ["up{job='a}", 'the expression does not parse at character 8, near "up{job=\'a}"'],
    ["rate(a[$__rate_interval])", 'the expression does not parse at character 8, near "rate(a[$__rate_interval])"'],
    ["count({})", "the selector {} selects all metrics: add the name of a metric, or a matcher that requires a label"],
    ['count({job=~".*"})', 'the selector {job=~".*"} selects all metrics: add the name of a metric, or a matcher'],
    ['{__name__!="a"}', 'the selector {__name__!="a"} selects all metrics: add the name of a metric, or a matcher'],
    ['a{__name__="b"}', 'the selector a{__name__="b"} names two metrics, "a" and "b": remove one of them'],
  ])("rejects %j", (expression, message) => {
    expect(() => metricsIn(expression)).toThrow(message);
    expect(promqlProblem(expression)).toContain(message);
  });

  test("finds all metrics of nested expressions", () => {
    fc.assert(
      fc.property(expressions, ({ text, names }) => {
        expect(metricsIn(text)).toEqual([...new Set(names)].sort());
        expect(promqlProblem(text)).toBeUndefined();
      }),
    );
  });

  test("distinguishes a truncated expression from a complete one", () => {
    fc.assert(
      fc.property(expressions, ({ text }) => {
        expect(promqlProblem(`sum(${text}`)).toMatch(/ends too early/);
        expect(promqlProblem(`${text})`)).toMatch(/does not parse/);
        expect(promqlProblem(`${text} +`)).toMatch(/ends too early/);
      }),
    );
  });

  test("terminates for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof (promqlProblem(text) ?? "")).toBe("string");
      }),
    );
  });
});

interface Expression {
  readonly text: string;
  readonly names: readonly string[];
}

const words = ["sum", "by", "on", "offset", "bool", "and", "inf", "nan", "ignoring", "group_left", "group_right"];
const names = fc.stringMatching(/^[a-z_][a-z0-9_:]{0,12}$/).filter((name) => !words.includes(name));
const values = fc.string().map((value) => JSON.stringify(value));

const selectors: fc.Arbitrary<Expression> = fc
  .tuple(names, values, fc.constantFrom("n{}", 'n{a="v"}', "n{a!=v,b=~v}", "{__name__='n',a=v}", '{"n"}', "n"))
  .map(([name, value, shape]) => ({
    text: shape.replace(/"v"|v/g, () => value).replace(/\bn\b/, () => name),
    names: [name],
  }));

const { expressions } = fc.letrec<{ expressions: Expression }>((tie) => ({
  expressions: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    selectors,
    fc
      .tuple(tie("expressions"), tie("expressions"), fc.constantFrom("+", "/", "> bool", "and on (a)", "unless"))
      .map(([left, right, operator]) => ({
        text: `(${left.text}) ${operator} (${right.text})`,
        names: [...left.names, ...right.names],
      })),
    fc
      .tuple(
        tie("expressions"),
        fc.constantFrom(
          "sum by (a, b) (@)",
          "max_over_time((@)[5m:])",
          "- @",
          "label_replace(@, 'a', '$1', 'b', '.*')",
        ),
      )
      .map(([inner, outer]) => ({ text: outer.replace("@", () => `(${inner.text})`), names: inner.names })),
  ),
}));

describe("missingMetrics", () => {
  const missing = (expression: string, ...available: string[]): string[] =>
    missingMetrics(expression, ({ metric, isPattern }) => !isPattern && !available.includes(metric)).map(
      ({ metric }) => metric,
    );

  test.each([
    ['count({job="node"})', []],
    ['{job!=""}', []],
    ['{job="$job"}', []],
    ['count({__name__=~"a.*", job="x"})', ["a.*"]],
    ['{__name__=~"a_${kind}_.*"}', ["a_.*_.*"]],
    ['{__name__="a_$kind"}', ["a_.*"]],
    ['{"a.b.[[kind]]"}', ["a\\.b\\..*"]],
    ["rate(a___grafana_variable___total[5m])", ["a_.*_total"]],
    ["__grafana_variable__ + b", [".*", "b"]],
  ])("reads %s", (expression, uses) => {
    expect(missingMetrics(expression, () => true).map(({ metric }) => metric)).toEqual(uses);
    expect(promqlProblem(expression)).toBeUndefined();
  });

  test("distinguishes names from regular expressions", () => {
    expect(missingMetrics('{__name__=~"a"} + b', () => true)).toEqual([
      { metric: "a", isPattern: true },
      { metric: "b", isPattern: false },
    ]);
  });

  test.each([
    ["rate(p_old[5m]) > 0 or rate(p_new[5m]) > 0", []],
    ["rate(p_new[5m]) or p_old or vector(0)", []],
    ["p_old or vector(0)", ["p_old"]],
    ["p_old or q_up", ["p_old"]],
    ["p_old or p_older", ["p_old", "p_older"]],
    ["p_new and p_old", ["p_old"]],
    ["p_old or (p_new + p_older)", ["p_old", "p_older"]],
  ])("needs only one of the alternatives of a program: %s", (expression, expected) => {
    expect(missing(expression, "p_new", "q_up")).toEqual(expected);
  });
});

test.each([
  ["up", undefined],
  ["topk($limit, up)", 5],
  ["up{job='a}", 7],
  ["sum(up", 6],
])("firstPromqlError(%j) is %s", (expression, position) => {
  expect(firstPromqlError(expression)).toBe(position);
});
