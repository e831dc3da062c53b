import { comeback } from "../../../../lib/verify/checks/reboot";
import { CheckResult } from "../../../../lib/verify/checks/check";
import { Drill, Outcome } from "../../../../lib/verify/measurement";
import { COMMANDS, fleet, measured, server, WELL } from "../../../support/fleet";

/** What the criterion makes of a server that says this of its services, and of a drill. */
function judged(lines: readonly string[], drill?: Drill): CheckResult | undefined {
  const one = server("hub", "10.0.0.10", { components: ["grafana", "loki"] });
  const answers = { hub: { lines: [...(WELL.lines ?? []), ...lines] } };
  return comeback({ ...measured({ ...fleet(0), servers: [one] }, { answers }), drill }, COMMANDS);
}

const BOTH = ["service=grafana active enabled 13.2.3", "service=loki active enabled 3.7.8", "up=240"];
const DRILL: Drill = { date: "2026-11-25T12:05:11.180Z", seconds: 33.5, file: "drills/one.json" };

test("what starts at boot is told, when that was last tried, and how long a drill took", () => {
  expect(judged(BOTH, DRILL)).toEqual({
    text: "after a reboot: 2 of 2 services start by themselves and 1 of 1 firewalls (the last boot was 4 min ago); a drill destroyed and rebuilt all in 34 s on 2026-11-25",
    outcome: Outcome.PASS,
    differences: [],
  });
  expect(judged(BOTH)?.text).toMatch(/; no drill has rebuilt it yet$/);
});

test("what does not start at boot is told, and a drill that took too long", () => {
  const { outcome, differences } =
    judged(["service=grafana active disabled 13.2.3"], { ...DRILL, seconds: 601.4 }) ?? {};
  expect(outcome).toBe(Outcome.FAIL);
  expect(differences).toEqual([
    { what: "grafana on hub does not start at boot: its unit is not enabled", mend: "play grafana on hub" },
    {
      what: "the last drill took 601 s, of 600 s that it may take",
      mend: "see by its table what took long: drills/one.json",
    },
  ]);
});

test("where nothing is placed there is nothing to promise", () => {
  expect(comeback(measured(fleet()), COMMANDS)).toBeUndefined();
});
