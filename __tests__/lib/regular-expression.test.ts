import fc from "fast-check";
import { escaped, fullMatcher } from "../../lib/regular-expression";

describe("fullMatcher", () => {
  test.each([
    ["a|b", "b", true],
    ["a", "ab", false],
    ["(?i)A", "a", true],
    ["(?P<x>a)", "b", true],
    ["(?P<x>a)", "", false],
  ])("of %j for %j is %s", (expression, value, expected) => {
    expect(fullMatcher(expression)(value)).toBe(expected);
  });
});

test("an escaped text matches only itself", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, other) => {
      const matches = fullMatcher(escaped(text));
      expect(matches(text)).toBe(true);
      expect(matches(other)).toBe(other === text);
    }),
  );
});
