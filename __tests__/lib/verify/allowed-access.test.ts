import { isAllowed } from "../../../lib/verify/allowed-access";

describe("isAllowed", () => {
  it.each([
    [["10.0.0.7"], "10.0.0.7", true],
    [["10.0.0.7"], "10.0.0.8", false],
    [["10.0.0.0/8", "2001:db8::/32"], "10.200.0.1", true],
    [["10.0.0.0/8", "2001:db8::/32"], "2001:db8:1::1", true],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [[], "10.0.0.7", false],
    [["10.0.0.0/8"], "db.example.com", undefined],
  ])("compares %j with %s", (sources, address, expected) => {
    expect(isAllowed(sources, address)).toBe(expected);
  });
});
