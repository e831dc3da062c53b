import { CheckResult } from "../../../../lib/verify/checks/check";
import { certificates } from "../../../../lib/verify/checks/certificates";
import { Outcome } from "../../../../lib/verify/outcome";
import { COMMANDS, fleet, healthy, measured } from "../../../support/fleet";

/** The result if the certificates of the hub end in so many days, by component. */
function check(days: Readonly<Record<string, number>>): CheckResult | undefined {
  const now = Date.now() / 1000;
  const lines = Object.entries(days).map(([kind, number]) => `certificate=${kind}\t${now + (number + 0.5) * 86_400}`);
  return certificates(measured(fleet(1), { answers: { hub: healthy(...lines) } }), COMMANDS);
}

describe("certificates", () => {
  it("is left out if there are none", () => {
    expect(check({})).toBeUndefined();
  });

  it("names the certificate that ends first", () => {
    expect(check({ node_exporter: 300, prometheus: 30 })).toEqual({
      name: "certificates",
      outcome: Outcome.PASS,
      summary: "2 certificates, the first ends in 30 days (prometheus on hub)",
      details: [],
      failures: [],
    });
  });

  it("fails for certificates that end within 30 days, and for those that have ended", () => {
    expect(check({ node_exporter: 29, prometheus: -1, loki: 300 })).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "3 certificates, the first ends in 0 days (prometheus on hub)",
      failures: [
        { problem: "the certificate of prometheus on hub has ended", fix: "play prometheus on hub" },
        { problem: "the certificate of node_exporter on hub ends in 29 days", fix: "play node_exporter on hub" },
      ],
    });
  });
});
