import { CheckResult } from "../../../../lib/verify/checks/check";
import { reboot } from "../../../../lib/verify/checks/reboot";
import { Drill } from "../../../../lib/verify/measurement";
import { Outcome } from "../../../../lib/verify/outcome";
import { COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

/** The result for a server with these lines about its services, and for a drill. */
function check(lines: readonly string[], drill?: Drill): CheckResult | undefined {
  const hub = server("hub", "10.0.0.10", { components: ["grafana", "loki"] });
  const answers = { hub: healthy(...lines) };
  return reboot({ ...measured({ ...fleet(0), servers: [hub] }, { answers }), drill }, COMMANDS);
}

const BOTH = ["service=grafana active enabled 13.2.3", "service=loki active enabled 3.7.8", "uptime=240"];
const DRILL: Drill = { date: "2026-11-25T12:05:11.180Z", seconds: 33.5, file: "drills/one.json" };

describe("reboot", () => {
  it("counts services and firewalls that start at boot, and reports the last boot and the last drill", () => {
    expect(check(BOTH, DRILL)).toEqual({
      name: "reboot",
      outcome: Outcome.PASS,
      summary: "2 of 2 services and 1 of 1 firewalls start at boot",
      details: ["last boot: 4 min ago", "last drill: destroyed and rebuilt in 34 s on 2026-11-25"],
      failures: [],
    });
    expect(check(BOTH)?.details).toContain("last drill: none");
  });

  it("fails if a service does not start at boot, or the drill took too long", () => {
    const { outcome, failures } = check(["service=grafana active disabled 13.2.3"], { ...DRILL, seconds: 601.4 }) ?? {};
    expect(outcome).toBe(Outcome.FAIL);
    expect(failures).toEqual([
      {
        problem: "grafana on hub does not start at boot, because its unit is not enabled",
        fix: "play grafana on hub",
      },
      {
        problem: "the last drill took 601 s, at most 600 s are allowed",
        fix: "find the slowest phases in drills/one.json",
      },
    ]);
  });

  it("is left out if the stack places no component", () => {
    expect(reboot(measured(fleet()), COMMANDS)).toBeUndefined();
  });
});
