import fc from "fast-check";
import { Matcher } from "../../../lib/receivers/matcher";
import { expressionProblem } from "../../../lib/receivers/regular-expression";
import { amtoolTest, configProblems } from "../../support/amtool";

describe("Matcher", () => {
  test("is rendered in Alertmanager's syntax", () => {
    expect(String(Matcher.is("team", 'the "db" \\ team'))).toBe(String.raw`team="the \"db\" \\ team"`);
    expect(String(Matcher.isNot("team", ""))).toBe('team!=""');
    expect(String(Matcher.matches("name", String.raw`web-\d+`))).toBe(String.raw`name=~"web-\\d+"`);
    expect(String(Matcher.matchesNot("name", "a|b"))).toBe('name!~"a|b"');
  });

  test.each<[string, () => Matcher, string]>([
    ["a label with a hyphen", () => Matcher.is("my-team", "db"), 'matcher my-team="db": "my-team" is not a label name'],
    [
      "a value with a line break",
      () => Matcher.is("team", "a\nb"),
      "the value contains invisible characters: remove them",
    ],
    ["a value with a character that ends a line in YAML", () => Matcher.is("team", "a\u2028b"), "invisible characters"],
    ["an expression with a line break", () => Matcher.matches("team", "a\nb"), "the expression contains invisible"],
    ["an unterminated expression", () => Matcher.matches("name", "(a"), "Unterminated group"],
    ["syntax that RE2 lacks", () => Matcher.matches("name", "(?!a)b"), '"(?!a" is not supported'],
  ])("rejects %s", (_what, construct, expected) => {
    expect(construct).toThrow(expected);
  });
});

describe("expressionProblem", () => {
  test.each(["web.*", "(?i)web-[0-9]{1,3}", String.raw`a\.b|c\/d`, "(?P<name>x)+?", "(?:a|b){2}", "[^a-z_]", ""])(
    "accepts %s",
    (expression) => {
      expect(expressionProblem(expression)).toBeUndefined();
    },
  );

  test.each([
    ["(?=a)", "not supported"],
    ["(?<=a)b", "not supported"],
    ["a(?i)b", "not supported"],
    [String.raw`(a)\1`, "not supported"],
    [String.raw`\p{Letter}`, "not supported"],
    [String.raw`[\b]`, "not supported"],
    ["[]", "not supported"],
    ["[[:foo:]", "not supported"],
    ["a{3,2}", "numbers out of order"],
    ["*", "Nothing to repeat"],
    ["(a{100}){11}", "repetition counts in the expression multiply to more than 1000"],
    ["a".repeat(1001), "longer than 1000 characters"],
  ])("rejects %s", (expression, expected) => {
    expect(expressionProblem(expression)).toContain(expected);
  });

  amtoolTest("accepts nothing that Alertmanager rejects", async () => {
    // GIVEN parts of expressions in any order
    const parts = fc.constantFrom(
      ..."abz019-^$.|()[]{}*+?,:\\/_ é".split(""),
      ...["(?:", "(?i)", "(?P<n>", "(?<m>", "{2}", "{1,}", "[a-z]", "[^", "\\d", "\\b", "\\.", "[:alpha:]", "\\x41"],
    );
    const accepted = new Set<string>();
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (chosen) => {
        const expression = chosen.join("");
        if (expressionProblem(expression) === undefined) accepted.add(expression);
      }),
      { numRuns: 20_000 },
    );
    // THEN Alertmanager accepts all expressions that we accept
    const matchers = [...accepted].map((expression) => String(Matcher.matches("name", expression)));
    expect(matchers.length).toBeGreaterThan(1000);
    const config = { receivers: [{ name: "x" }], route: { receiver: "x", routes: [{ receiver: "x", matchers }] } };
    expect(await configProblems([JSON.stringify(config)])).toBe("");
  });
});
