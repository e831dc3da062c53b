import { CheckResult } from "../../../../lib/verify/checks/check";
import { drift } from "../../../../lib/verify/checks/drift";
import { Outcome } from "../../../../lib/verify/outcome";
import { COMMANDS, fleet, healthy, measured } from "../../../support/fleet";

/** The result if the hub reports these lines. The other server is unchanged. */
function check(...lines: readonly string[]): CheckResult | undefined {
  const answers = { hub: healthy(...lines.map((line) => `drift=${line}`)), "app-0": healthy() };
  return drift(measured(fleet(1), { answers }), COMMANDS);
}

describe("drift", () => {
  it("passes if no server changed", () => {
    expect(check()).toEqual({
      name: "drift",
      outcome: Outcome.PASS,
      summary: "nothing changed since the last deploy on 2 of 2 servers",
      details: [],
      failures: [],
    });
  });

  it("names what changed, and the command that repairs it", () => {
    const result = check(
      "loki\trun\t/etc/loki/secrets/s3\thas mode 0644 instead of 0640",
      "loki\trun\t/etc/systemd/system/loki.service\thas other content",
      "loki\thand\t/etc/systemd/system/loki.service.d/own.conf\toverrides settings of the unit, and is not from the deploy",
      "firewall\trun\ttable inet cdktf_monitoring\tis missing",
    );
    expect(result).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "nothing changed since the last deploy on 1 of 2 servers",
    });
    expect(result?.failures).toEqual([
      {
        problem:
          "loki on hub changed since its last deploy: /etc/loki/secrets/s3 has mode 0644 instead of 0640, /etc/systemd/system/loki.service has other content",
        fix: "play loki on hub",
      },
      {
        problem:
          "loki on hub changed since its last deploy: /etc/systemd/system/loki.service.d/own.conf overrides settings of the unit, and is not from the deploy",
        fix: "move the settings to the stack and remove the files on hub, then: systemctl daemon-reload && systemctl restart loki",
      },
    ]);
  });

  it("shortens a long list", () => {
    const lines = Array.from({ length: 8 }, (_, index) => `loki\trun\t/etc/loki/${String(index)}\tis missing`);
    expect(check(...lines)?.failures).toMatchObject([{ problem: expect.stringMatching(/, 3 more$/) as string }]);
  });

  it("is not measured if a server cannot be compared", () => {
    const lines = (healthy().lines ?? []).map((line) =>
      line === "drift=compared" ? "drift=failed PermissionError" : line,
    );
    const result = drift(measured(fleet(1), { answers: { hub: { lines } } }), COMMANDS);
    expect(result).toMatchObject({
      outcome: Outcome.NOT_MEASURED,
      summary: "nothing changed since the last deploy on 1 of 2 servers",
    });
  });
});
