import { hostNameProblem } from "../../../lib/network/public-name";

describe("hostNameProblem", () => {
  it.each(["grafana.example.com", "a.io", "x-1.xn--bcher-kva.example.org", "1.example.com"])("accepts %s", (name) => {
    expect(hostNameProblem(name, true)).toBeUndefined();
  });

  it.each([
    ["*.example.com", "is a wildcard"],
    ["Grafana.example.com", 'contains upper-case letters: write "grafana.example.com"'],
    ["grafana", "is not a complete DNS name"],
    ["grafana.example.com.", "is not a complete DNS name"],
    ["-a.example.com", "is not a complete DNS name"],
    ["a_b.example.com", "is not a complete DNS name"],
    ["a b.example.com", "is not a complete DNS name"],
    ["a.example.com {", "is not a complete DNS name"],
    ["https://a.example.com", "is not a complete DNS name"],
    ["", "is not a complete DNS name"],
    [`${"a".repeat(64)}.example.com`, "is not a complete DNS name"],
    [`${"a.".repeat(126)}com`, "is not a complete DNS name"],
    ["203.0.113.7", "is an address"],
  ])("rejects %s", (name, message) => {
    for (const publicly of [true, false]) expect(hostNameProblem(name, publicly)).toContain(`"${name}" ${message}`);
  });

  it.each(["grafana.corp.internal", "grafana.home.arpa", "a.local", "a.test"])(
    "accepts %s from a private ACME server only",
    (name) => {
      expect(hostNameProblem(name, true)).toContain("for which no public authority issues certificates");
      expect(hostNameProblem(name, false)).toBeUndefined();
    },
  );
});
