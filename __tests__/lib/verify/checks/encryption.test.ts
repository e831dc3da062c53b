import { CheckResult } from "../../../../lib/verify/checks/check";
import { encryption } from "../../../../lib/verify/checks/encryption";
import { GuardedPort } from "../../../../lib/verify/guarded-ports";
import { Outcome } from "../../../../lib/verify/outcome";
import { checkLines, COMMANDS, fleet, healthy, measured } from "../../../support/fleet";

const guardedPorts: readonly GuardedPort[] = [
  { kind: "node_exporter", port: 9100, refuses: ["plain", "anonymous", "other"] },
  { kind: "prometheus", port: 9290, refuses: ["plain"] },
];

/** The result if the only other server has guarded ports and answers with these values. */
function check(values: object | undefined, ports = guardedPorts): CheckResult | undefined {
  const given = fleet(1, { guardedPorts: ports });
  const answers = { "app-0": healthy(...checkLines("transport", values)) };
  return encryption(measured(given, { answers }), COMMANDS);
}

describe("encryption", () => {
  it("is left out if no port is guarded", () => {
    expect(check(undefined, [])).toBeUndefined();
  });

  it("passes if the ports refuse all requests", () => {
    expect(check({ requests: 4, accepted: [] })).toEqual({
      name: "encryption",
      outcome: Outcome.PASS,
      summary: "2 ports on 1 server refuse clients that may not connect (4 requests)",
      details: [],
      failures: [],
    });
  });

  it("fails for each client that a port answers, with the run that repairs it", () => {
    const accepted = [
      { kind: "node_exporter", port: 9100, client: "other" },
      { kind: "prometheus", port: 9290, client: "plain" },
    ];
    expect(check({ requests: 4, accepted })).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "2 ports on 1 server must refuse clients that may not connect (4 requests)",
      failures: [
        {
          problem:
            "port 9100 of node_exporter on app-0 answers clients with the certificate of a component that may not connect",
          fix: "play node_exporter on app-0",
        },
        {
          problem: "port 9290 of prometheus on app-0 answers clients without TLS and without a login",
          fix: "play gateway on app-0",
        },
      ],
    });
  });

  it("is not measured if a port does not answer, or a server gives no result", () => {
    expect(check({ requests: 3, accepted: [] })).toMatchObject({
      outcome: Outcome.NOT_MEASURED,
      summary: "2 ports on 1 server refuse clients that may not connect (3 of 4 requests)",
    });
    expect(check({ error: "the check did not end within 150 s" })).toMatchObject({ outcome: Outcome.NOT_MEASURED });
  });
});
