import { evaluator, literal } from "./check";

const evaluate = evaluator("grafana_variables");

/** A query after the replacement of the variables that a dashboard defines. */
function query(
  text: string,
  definitions: readonly object[],
  {
    source = "prometheus",
    answers = {},
  }: { source?: string; answers?: Readonly<Record<string, readonly string[]>> } = {},
): Promise<unknown> {
  // The data source returns the values of a variable by its query, after the replacement of other variables.
  const ask = `lambda each, known: [(value, value) for value in ${literal(answers)}.get(replaced(str(each["query"]), known), [])]`;
  const variables = `resolve(${literal(definitions)}, ${ask}, {})`;
  return evaluate(`replaced(${literal(text)}, ${variables}, escape_${source})`);
}

const custom = (name: string, options: string, more: object = {}): object => ({
  name,
  type: "custom",
  query: options,
  ...more,
});
const asked = (name: string, text: string, more: object = {}): object => ({
  name,
  type: "query",
  query: text,
  ...more,
});
const ALL = { current: { text: ["All"], value: ["$__all"] }, includeAll: true, multi: true };

describe("replaced", () => {
  it.each(["$a", "${a}", "[[a]]", "${a:raw}", "[[a:raw]]"])("replaces %s", async (reference) => {
    expect(await query(`up{job="${reference}"}`, [custom("a", "one, two")])).toBe('up{job="one"}');
  });

  it("replaces variables outside strings", async () => {
    expect(
      await query("topk($limit, node_memory_${kind}_bytes offset $shift)", [
        custom("limit", "5"),
        custom("kind", "MemFree"),
        custom("shift", "1d"),
      ]),
    ).toBe("topk(5, node_memory_MemFree_bytes offset 1d)");
  });

  it("leaves what Grafana's server replaces, and unknown names", async () => {
    const text = "rate(a[$__rate_interval]) + b[${__range}] + $__interval_ms + $__auto + $other + ${other:regex}";
    expect(await query(text, [custom("a", "x")])).toBe(text);
  });

  it("escapes values as Grafana's data sources do", async () => {
    const several = custom("a", "a.b, c|d", { multi: true, current: { value: ["a.b", "c|d"] } });
    expect(await query('{x=~"$a"}', [several])).toBe('{x=~"(a\\\\.b|c\\\\|d)"}');
    expect(await query('{x=~"$a"}', [several], { source: "loki" })).toBe('{x=~"a\\\\.b|c\\\\|d"}');
    const one = custom("a", "a.b, c", { multi: true, current: { value: ["a.b"] } });
    expect(await query('{x=~"$a"}', [one])).toBe('{x=~"a\\\\.b"}');
    expect(await query('{x="$a"}', [custom("a", "a.b, c")])).toBe('{x="a.b"}');
    expect(await query('{x="$a"}', [custom("a", "a\\b'c")])).toBe(`{x="a\\\\b\\\\'c"}`);
  });

  it.each([
    ["csv", "a.b,c d"],
    ["distributed", "a.b,v=c d"],
    ["doublequote", '"a.b","c d"'],
    ["glob", "{a.b,c d}"],
    ["join:;", "a.b;c d"],
    ["json", '["a.b","c d"]'],
    ["percentencode", "%7Ba.b%2Cc%20d%7D"],
    ["pipe", "a.b|c d"],
    ["queryparam", "var-v=a.b&var-v=c%20d"],
    ["raw", "a.b,c d"],
    ["regex", "(a\\.b|c d)"],
    ["singlequote", "'a.b','c d'"],
    ["text", "a.b + c d"],
    ["unknown", "{a.b,c d}"],
  ])("writes several values in the format %s", async (format, expected) => {
    const several = custom("v", "a.b, c d", { multi: true, current: { value: ["a.b", "c d"] } });
    expect(await query(`\${v:${format}}`, [several])).toBe(expected);
  });

  it("writes the start of the time range as milliseconds, seconds and ISO 8601", async () => {
    const text = "$__from ${__from:date:seconds} ${__from:date} ${__from:date:iso}";
    expect(await evaluate(`replaced(${literal(text)}, constants({"__from": "1700000000123"}))`)).toBe(
      "1700000000123 1700000000 2023-11-14T22:13:20.123Z 2023-11-14T22:13:20.123Z",
    );
  });
});

describe("resolve", () => {
  it("replaces All by all values, or by the text of the dashboard", async () => {
    const text = '{x=~"$a"}';
    expect(await query(text, [custom("a", "one, two.x", ALL)])).toBe('{x=~"(one|two\\\\.x)"}');
    expect(await query(text, [custom("a", "one, two", ALL)], { source: "loki" })).toBe('{x=~"one|two"}');
    expect(await query(text, [custom("a", "one, two", { ...ALL, allValue: ".+" })])).toBe('{x=~".+"}');
    expect(await query('{x=~"${a:regex}", y="${a:text}"}', [custom("a", "one", { ...ALL, allValue: ".+" })])).toBe(
      '{x=~".+", y="All"}',
    );
  });

  it("selects the saved value, All if it may be selected, or the first value", async () => {
    const saved = { current: { text: "two", value: "two" } };
    expect(await query("$a", [custom("a", "one, two", saved)])).toBe("two");
    expect(await query("$a", [custom("a", "one, two", { current: { value: "gone" } })])).toBe("one");
    expect(await query("$a", [custom("a", "one, two", { includeAll: true })])).toBe("(one|two)");
    expect(await query("$a", [custom("a", "one, two", { includeAll: true, ...saved })])).toBe("two");
    expect(await query("<$a>", [asked("a", "nothing")])).toBe("<>");
  });

  it("reads options with a text, and commas in options", async () => {
    expect(await query("$a ${a:text}", [custom("a", "First : 1, Second : 2")])).toBe("1 First");
    expect(await query("$a", [custom("a", "x\\,y, z")])).toBe("x,y");
  });

  it("reads constants, text boxes and intervals", async () => {
    const definitions = [
      { name: "c", type: "constant", query: "k" },
      { name: "t", type: "textbox", query: "default", current: { value: "typed" } },
      { name: "i", type: "interval", query: "1m,10m", current: { value: "10m" } },
    ];
    expect(await query("$c $t rate(x[$i])", definitions)).toBe("k typed rate(x[10m])");
  });

  it("asks the data source for a variable after the variables that it refers to", async () => {
    const answers = { "label_values(up, job)": ["node", "loki"], 'label_values(up{job="node"}, instance)': ["hub"] };
    const chained = asked("instance", 'label_values(up{job="$job"}, instance)');
    expect(await query("$job $instance", [chained, asked("job", "label_values(up, job)")], { answers })).toBe(
      "node hub",
    );
  });

  it("ends if variables refer to each other", async () => {
    expect(await query("<$a$b>", [asked("a", "$b"), asked("b", "$a")])).toBe("<>");
  });

  it.each([
    ["/^n.*/", ["node", "nginx"]],
    ["n.*", ["node", "nginx"]],
    ["/n(o)/", ["o"]],
    ["/([a-z])o/g", ["n", "l"]],
    ["/LOKI/i", ["loki"]],
    ["/(?<text>l)(?<value>o)/", ["o"]],
  ])("applies the regular expression %s to the values", async (regex, expected) => {
    const options = `filtered([(each, each) for each in ["node", "loki", "nginx"]], ${literal(regex)})`;
    expect(await evaluate(`[value for _, value in ${options}]`)).toEqual(expected);
  });

  it.each([
    [0, ["b10", "B9", "a2"]],
    [1, ["B9", "a2", "b10"]],
    [2, ["b10", "a2", "B9"]],
    [3, ["a2", "B9", "b10"]],
    [4, ["b10", "B9", "a2"]],
    [5, ["a2", "b10", "B9"]],
    [7, ["a2", "B9", "b10"]],
    [8, ["b10", "B9", "a2"]],
  ])("sorts values in the order %i", async (sort, expected) => {
    const options = `ordered([(each, each) for each in ["b10", "B9", "a2"]], ${sort})`;
    expect(await evaluate(`[value for _, value in ${options}]`)).toEqual(expected);
  });
});
