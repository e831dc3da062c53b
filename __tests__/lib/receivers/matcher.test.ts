import fc from "fast-check";
import { Matcher } from "../../../lib/receivers/matcher";
import { expressionProblem } from "../../../lib/receivers/regular-expression";
import { amtoolTest, configProblems } from "../../support/amtool";

describe("Matcher", () => {
  test("is written as Alertmanager reads it", () => {
    expect(String(Matcher.is("team", 'the "db" \\ team'))).toBe(String.raw`team="the \"db\" \\ team"`);
    expect(String(Matcher.isNot("team", ""))).toBe('team!=""');
    expect(String(Matcher.matches("name", String.raw`web-\d+`))).toBe(String.raw`name=~"web-\\d+"`);
    expect(String(Matcher.matchesNot("name", "a|b"))).toBe('name!~"a|b"');
  });

  test.each<[string, () => Matcher, string]>([
    ["a label with a hyphen", () => Matcher.is("my-team", "db"), 'matcher my-team="db": "my-team" is not a label name'],
    ["a value with an end of line", () => Matcher.is("team", "a\nb"), "the value holds characters that cannot be seen"],
    ["a value where YAML ends a line", () => Matcher.is("team", "a\u2028b"), "characters that cannot be seen"],
    ["an expression that is not closed", () => Matcher.matches("name", "(a"), "Unterminated group"],
    ["what RE2 does not know", () => Matcher.matches("name", "(?!a)b"), '"(?!a" is not understood'],
  ])("refuses %s", (_what, construct, expected) => {
    expect(construct).toThrow(expected);
  });
});

describe("expressionProblem", () => {
  test.each(["web.*", "(?i)web-[0-9]{1,3}", String.raw`a\.b|c\/d`, "(?P<name>x)+?", "(?:a|b){2}", "[^a-z_]", ""])(
    "admits %s",
    (expression) => {
      expect(expressionProblem(expression)).toBeUndefined();
    },
  );

  test.each([
    ["(?=a)", "not understood"],
    ["(?<=a)b", "not understood"],
    ["a(?i)b", "not understood"],
    [String.raw`(a)\1`, "not understood"],
    [String.raw`\p{Letter}`, "not understood"],
    [String.raw`[\b]`, "not understood"],
    ["[]", "not understood"],
    ["[[:foo:]", "not understood"],
    ["a{3,2}", "numbers out of order"],
    ["*", "Nothing to repeat"],
    ["(a{100}){11}", "repeats more than 1000 times"],
    ["a".repeat(1001), "longer than 1000 characters"],
  ])("refuses %s", (expression, expected) => {
    expect(expressionProblem(expression)).toContain(expected);
  });

  amtoolTest("admits nothing that Alertmanager refuses", async () => {
    // GIVEN what is likely to be part of an expression, in any order
    const parts = fc.constantFrom(
      ..."abz019-^$.|()[]{}*+?,:\\/_ é".split(""),
      ...["(?:", "(?i)", "(?P<n>", "(?<m>", "{2}", "{1,}", "[a-z]", "[^", "\\d", "\\b", "\\.", "[:alpha:]", "\\x41"],
    );
    const admitted = new Set<string>();
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (chosen) => {
        const expression = chosen.join("");
        if (expressionProblem(expression) === undefined) admitted.add(expression);
      }),
      { numRuns: 20_000 },
    );
    // THEN all those that are admitted are valid
    const matchers = [...admitted].map((expression) => String(Matcher.matches("name", expression)));
    expect(matchers.length).toBeGreaterThan(1000);
    const config = { receivers: [{ name: "x" }], route: { receiver: "x", routes: [{ receiver: "x", matchers }] } };
    expect(await configProblems([JSON.stringify(config)])).toBe("");
  });
});
