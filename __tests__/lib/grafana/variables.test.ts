import fc from "fast-check";
import { hasVariable, isPlaceholder, placeholderPattern, readable, substituted } from "../../../lib/grafana/variables";
import { firstLogqlError } from "../../../lib/logs/logql";
import { firstPromqlError } from "../../../lib/metrics/promql";

/** Returns a query with "…" for each placeholder that is a name. */
function promql(query: string): string {
  const { text, error } = substituted(query, firstPromqlError);
  expect(error).toBeUndefined();
  return readable(text);
}

function logql(query: string): string {
  const { text, error } = substituted(query, firstLogqlError);
  expect(error).toBeUndefined();
  return readable(text);
}

describe("substituted", () => {
  test.each([
    ["rate(a[$__rate_interval])", "rate(a[5m])"],
    ["rate(a[${__rate_interval}])", "rate(a[5m])"],
    ["rate(a[$window]) / rate(b[${window:raw}:$step])", "rate(a[5m]) / rate(b[5m:5m])"],
    ["rate(a[[[window]]])", "rate(a[5m])"],
    ["rate(a[${minutes}m])", "rate(a[5m])"],
    ["rate(a[10$unit])", "rate(a[10m])"],
    ["rate(a[${__range_s}s])", "rate(a[300s])"],
    ["rate(a[$__interval] offset $__range)", "rate(a[5m] offset 5m)"],
    ["increase(a[1h]) / $__range_s * $__interval_ms", "increase(a[1h]) / 300 * 300"],
    ["a @ ${__from:date:seconds} and month() == ${__to:date:M}", "a @ 300 and month() == 300"],
  ])("replaces a variable whose name or position determines its kind: %s", (query, text) => {
    expect(promql(query)).toBe(text);
  });

  test.each([
    ["topk($limit, a)", "topk(1, a)"],
    ["a > $threshold", "a > 1"],
    ["a > 0.$digits", "a > 0.1"],
    ["a offset $shift", "a offset 1"],
    ["a offset ${hours}h", "a offset 5h"],
    ["histogram_quantile($q, sum by (le) (a))", "histogram_quantile(1, sum by (le) (a))"],
    ["sum by ($group) (a)", "sum by (…) (a)"],
    ["a * on ($x, b) group_left ([[y]]) c", "a * on (…, b) group_left (…) c"],
    ["node_memory_${what}_bytes", "node_memory_…_bytes"],
    ["${metric}{job='x'}", "…{job='x'}"],
    ["rate($metric[5m])", "rate(1[5m])"],
    ["slo:error:rate${window}{a='b'}", "slo:error:rate…{a='b'}"],
    ["$a$b{c='d'}", "……{c='d'}"],
    ["$query", "1"],
    ["sum($query) / ($query)", "sum(1) / (1)"],
    ["$aggregation(a)", "sum(a)"],
    ["$aggregation by (b) (a)", "sum by (b) (a)"],
    ["sum $by (a)", "sum by (…) (a)"],
    ["${function}_over_time(a[5m])", "max_over_time(a[5m])"],
    ["a $operator b", "a + b"],
    ["a{$filters}", "a{…}"],
    ["a{b='c', $filters}", "a{b='c', …}"],
    ["a{b='c' $filters}", "a{b='c' }"],
    ["a{$label='b'}", "a{…='b'}"],
    ["a{b=$value}", 'a{b="x"}'],
    ["a{b=~${value:doublequote}}", 'a{b=~"x"}'],
    ["a $selector", "a {…}"],
    ["a and $modifier b", "a and + b"],
  ])("finds a placeholder that parses in PromQL: %s", (query, text) => {
    expect(promql(query)).toBe(text);
  });

  test.each([
    ['rate({job="a"}[$__auto])', 'rate({job="a"}[5m])'],
    ['sum by ($group) (rate({job="a"}[$__interval]))', 'sum by (…) (rate({job="a"}[5m]))'],
    ['topk($n, rate({job="a"}[5m]))', 'topk(1, rate({job="a"}[5m]))'],
    ["{$filters}", "{…}"],
    ['{$label=~"$value"}', '{…=~"$value"}'],
    ['{job="a"} |= $text', '{job="a"} |= "x"'],
    ['{job="a"} | $stage', '{job="a"} | …'],
    ['{job="a"} | $stage | line_format "{{.x}}"', '{job="a"} | … | line_format "{{.x}}"'],
    ['{job="a"} | json | $field = "x"', '{job="a"} | json | … = "x"'],
    ['max_over_time({job="a"} | unwrap $field [5m])', 'max_over_time({job="a"} | unwrap … [5m])'],
    ['{job="a"} $pipeline', '{job="a"} '],
    ["rate($selector [5m])", "rate({…} [5m])"],
  ])("finds a placeholder that parses in LogQL: %s", (query, text) => {
    expect(logql(query)).toBe(text);
  });

  test.each([
    `up{instance=~"$instance", job='\${job}', mode=~"[[mode]]"}`,
    'label_replace(a, "b", "$1-${2}", "c", "(.*)")',
    "a # of $job",
    'a{b="\\"$c"}',
  ])("keeps strings and comments: %s", (query) => {
    expect(promql(query)).toBe(query);
  });

  test.each([
    ["sum(rate(a[$__rate_interval])", 29],
    ["foo bar{a='$b'}", 4],
    ["topk($limit, a", 14],
    ["a[$window] b", 11],
    ["$limit + (a b)", 12],
  ])("reports an error that no value of a variable corrects: %s", (query, position) => {
    expect(substituted(query, firstPromqlError).error).toEqual({ position, uncertain: false });
  });

  test.each(["sum(a) $x ) b", "(a $x"])("reports that the value of a variable decides: %s", (query) => {
    expect(substituted(query, firstPromqlError).error).toMatchObject({ uncertain: true });
  });

  test("changes nothing outside of variables", () => {
    const text = fc.string({ unit: "grapheme" }).filter((each) => !hasVariable(each));
    fc.assert(
      fc.property(text, (query) => {
        expect(substituted(query, firstPromqlError).text).toBe(query);
      }),
    );
  });

  test("reports the position of an error in the query with its variables", () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 4 }), (windows) => {
        const query = windows.map((name) => `rate(a[$${name}])`).join(" + ");
        expect(substituted(query, firstPromqlError).error).toBeUndefined();
        const broken = `${query} ] c`;
        const { error } = substituted(broken, firstPromqlError);
        expect(error).toEqual({ position: broken.indexOf("] c"), uncertain: false });
      }),
    );
  });

  test("terminates for any text with variables", () => {
    const pieces = fc.constantFrom(
      "a",
      "$b",
      "${c:raw}",
      "[[d]]",
      "[",
      "]",
      "(",
      ")",
      "{",
      "}",
      '"',
      " ",
      "5",
      "m",
      "by",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const query = parts.join("");
        const { error } = substituted(query, firstPromqlError);
        expect(error?.position ?? 0).toBeLessThanOrEqual(query.length);
      }),
    );
  });
});

test.each([
  ["$job", true],
  ["a_${b}_c", true],
  ["${__from:date:YYYY-MM}", true],
  ["${row.field:regex}", true],
  ["[[job:regex]]", true],
  ["[a]", false],
  ["a$", false],
  ["a$|b", false],
  ["{}", false],
])("hasVariable(%j) is %s", (text, expected) => {
  expect(hasVariable(text)).toBe(expected);
});

test("placeholderPattern replaces variables and placeholders only", () => {
  const { text } = substituted("a.${b}.c", () => undefined);
  for (const name of ["a.${b}.c", "a.[[b]].c", "a.$b.c", text.replace("1", "__grafana_variable__")]) {
    expect(isPlaceholder(name)).toBe(true);
    expect(placeholderPattern(name, (part) => `<${part}>`)).toBe("<a.>.*<.c>");
  }
  expect(isPlaceholder("a_b")).toBe(false);
});
