import { CheckResult } from "../../../../lib/verify/checks/check";
import { silences } from "../../../../lib/verify/checks/silences";
import { Outcome } from "../../../../lib/verify/outcome";
import { checkLines, COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

const CRITICAL = [
  { alertname: "DiskFull", severity: "critical" },
  { alertname: "ServerUnreachable", severity: "critical" },
];

/** The result for an Alertmanager with these silences, next to a Prometheus with critical alerts. */
function check(found: readonly object[], critical: readonly object[] | undefined = CRITICAL): CheckResult | undefined {
  const componentUrls = { alertmanager: "http://10.0.0.2:9093", prometheus: "http://10.0.0.2:9090" };
  const hub = server("alerts", "10.0.0.20", { componentUrls });
  const answer = healthy(
    ...checkLines("alertmanager", { silences: found }),
    ...checkLines("prometheus", { targets: [], critical }),
  );
  return silences(measured({ ...fleet(0), servers: [hub] }, { answers: { alerts: answer } }), COMMANDS);
}

const silence = (matchers: readonly object[], days: number, watchdog = false): object => ({
  id: JSON.stringify(matchers),
  by: "alice",
  comment: "maintenance",
  starts: "2026-11-01T10:00:00.000Z",
  ends: new Date(Date.UTC(2026, 10, 1, 10) + days * 86_400_000).toISOString(),
  matchers,
  watchdog,
});
const is = (name: string, value: string): object => ({ name, value, isRegex: false, isEqual: true });
const isNot = (name: string, value: string): object => ({ name, value, isRegex: false, isEqual: false });

describe("silences", () => {
  it("passes without silences", () => {
    expect(check([])).toMatchObject({ outcome: Outcome.PASS, summary: "1 Alertmanager: no silences" });
  });

  it("lists silences, and allows those of a day and those that cover no critical alert", () => {
    const result = check([silence([is("severity", "warning")], 300), silence([is("alertname", "DiskFull")], 1)]);
    expect(result).toMatchObject({ outcome: Outcome.PASS, summary: "1 Alertmanager: 2 silences" });
    expect(result?.details).toEqual([
      '{severity="warning"} by alice until 2027-08-28 10:00 UTC: maintenance',
      '{alertname="DiskFull"} by alice until 2026-11-02 10:00 UTC: maintenance',
    ]);
  });

  it("fails for a silence that covers critical alerts for longer than a day", () => {
    const problems = check([silence([isNot("alertname", "Watchdog")], 10)])?.failures.map(({ problem }) => problem);
    expect(problems).toEqual([
      'a silence covers critical alerts for 240 h, which is longer than a day (DiskFull and ServerUnreachable): {alertname!="Watchdog"} by alice until 2026-11-11 10:00 UTC: maintenance',
    ]);
  });

  it("fails for any silence of the Watchdog alert", () => {
    const problems = check([silence([is("alertname", "Watchdog")], 0.01, true)])?.failures.map(
      ({ problem }) => problem,
    );
    expect(problems).toEqual([
      expect.stringMatching(/^a silence stops the pings to the dead man's switch: \{alertname="Watchdog"\} by alice/),
    ]);
  });

  it("expects critical alerts of any name if the rules are unknown", () => {
    expect(check([silence([is("alertname", "Own")], 2)], [])).toMatchObject({ outcome: Outcome.FAIL });
    expect(check([silence([is("severity", "warning")], 2)], [])).toMatchObject({ outcome: Outcome.PASS });
  });
});
