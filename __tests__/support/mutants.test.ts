import { builtInAlerts } from "../../lib/alerts/built-in/index";
import { mutantsOf, runMutants } from "./mutants";
import { promtoolTest } from "./promtool";

const changes = (alert: string): string[] => mutantsOf([alert]).map(({ change }) => change);

describe("mutantsOf", () => {
  it("changes the comparison, the matchers, the duration and the severity of a rule", () => {
    expect(changes("UnitFailed")).toEqual([
      'warning: "!=" instead of "=" at _systemd_unit_state{state="failed"} ',
      'warning: "!=" instead of "==" at it_state{state="failed"} == 1',
      "warning: for 6m instead of 5m",
      "warning: for 4m instead of 5m",
      "warning: for 0m instead of 5m",
      "warning: severity critical",
      "warning: severity none",
    ]);
  });

  it("raises and lowers each threshold", () => {
    expect(changes("UnitCrashLooping").slice(0, 4)).toEqual([
      "restarts 4 instead of 5 restarts",
      "restarts 6 instead of 5 restarts",
      "window 14 instead of 15 minutes",
      "window 16 instead of 15 minutes",
    ]);
    expect(changes("ClockDrifting").slice(0, 2)).toEqual([
      "offset 0.0475 instead of 0.05 seconds",
      "offset 0.0525 instead of 0.05 seconds",
    ]);
  });

  it("also changes the recording rules of an alert", () => {
    expect(changes("ServerUnreachable").filter((change) => change.startsWith("monitoring:server_seen"))).not.toEqual(
      [],
    );
  });

  it("returns mutants that differ from each other", () => {
    for (const { name } of builtInAlerts) {
      const rendered = mutantsOf([name]).map(({ groups }) => JSON.stringify(groups));
      expect(new Set(rendered).size).toBe(rendered.length);
    }
  });
});

describe("runMutants", () => {
  promtoolTest("returns the mutants that no expectation notices", async () => {
    const [mutant] = mutantsOf(["UnitFailed"]);
    if (!mutant) throw new Error("UnitFailed has no mutants");
    // A mutant that equals the original rule survives.
    const groups = mutant.groups.map((group) => ({
      ...group,
      alerts: group.alerts.map((rule) => ({ ...rule, expr: rule.expr.replace('state!="failed"', 'state="failed"') })),
    }));
    const unchanged = { ...mutant, groups };
    expect(await runMutants([mutant, unchanged])).toEqual({ mutants: 2, survivors: [unchanged] });
  });
});
