import { CheckResult } from "../../../../lib/verify/checks/check";
import { certificates } from "../../../../lib/verify/checks/certificates";
import { hostNames } from "../../../../lib/verify/checks/host-names";
import { Outcome } from "../../../../lib/verify/outcome";
import { COMMANDS, fleet, healthy, measured } from "../../../support/fleet";

const MISSING = "missing";
const now = Date.now() / 1000;
const line = (name: string, days: number | typeof MISSING): string =>
  `certificate=gateway\t${days === MISSING ? 0 : now + (days + 0.5) * 86_400}\t${name}`;

function check(days: Readonly<Record<string, number | typeof MISSING>>): CheckResult | undefined {
  const lines = Object.entries(days).map(([name, each]) => line(name, each));
  return hostNames(measured(fleet(1), { answers: { hub: healthy(...lines) } }), COMMANDS);
}

describe("certificates of host names", () => {
  it("are left out if there are no names", () => {
    expect(check({})).toBeUndefined();
    const own = `certificate=gateway\t${now}`;
    expect(hostNames(measured(fleet(1), { answers: { hub: healthy(own) } }), COMMANDS)).toBeUndefined();
  });

  it("pass until 14 days before their end, because the gateway renews them itself", () => {
    expect(check({ "a.example.com": 89, "b.example.com": 14 })).toEqual({
      name: "certificates of host names",
      outcome: Outcome.PASS,
      summary: "2 host names, the first certificate ends in 14 days (b.example.com)",
      details: [],
      failures: [],
    });
  });

  it("fail if a certificate is missing, has ended or ends soon, with the DNS record to correct", () => {
    expect(check({ "a.example.com": MISSING, "b.example.com": -1, "c.example.com": 13 })).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "3 host names, a.example.com has no certificate",
      failures: [
        {
          problem: "a.example.com has no certificate on hub",
          fix: expect.stringMatching(
            /^point the DNS record of a\.example\.com to [\d.]+, and let every address reach its port 80\./,
          ) as string,
        },
        { problem: "the certificate of b.example.com on hub has ended" },
        { problem: "the certificate of c.example.com on hub ends in 13 days" },
      ],
    });
  });

  it("are not among the certificates that deploys replace", () => {
    const answers = { hub: healthy(line("a.example.com", 1)) };
    expect(certificates(measured(fleet(1), { answers }), COMMANDS)).toBeUndefined();
  });
});
