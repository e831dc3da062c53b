import { isAtLeast } from "../../../tools/local/version";

describe("isAtLeast", () => {
  it.each([
    ["go1.26.8", "1.26.0", true],
    ["go1.26rc1", "1.26", true],
    ["go1.9.7", "1.26.0", false],
    ["1.11.4", "1.5", true],
    ["v1.5.0-beta1", "1.5", true],
    ["1.4.9", "1.5", false],
    ["2", "1.5", true],
    ["1", "1.5", false],
    ["", "1.5", false],
  ])('compares "%s" with %s: %s', (version, wanted, expected) => {
    expect(isAtLeast(version, wanted)).toBe(expected);
  });
});
