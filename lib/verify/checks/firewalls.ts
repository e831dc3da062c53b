import { Observation } from "../observation";
import { Outcome, worstOutcome } from "../outcome";
import { count } from "../text";
import { Check } from "./check";

/**
 * Checks that each server has loaded the deployed firewall rules and loads them at boot. `makeReport` adds the failures of
 * the firewalls.
 */
export const firewalls: Check = ({ observations }) => {
  const outcomes = [...observations.values()].map(outcomeOf);
  const passed = outcomes.filter((outcome) => outcome === Outcome.PASS).length;
  return {
    name: "firewalls",
    outcome: worstOutcome(outcomes),
    summary: `deployed rules loaded now and at boot on ${passed} of ${count(outcomes.length, "server")}`,
    details: [],
    failures: [],
  };
};

function outcomeOf({ error, table, rulesCurrent, firewallEnabled }: Observation): Outcome {
  if (error !== undefined) return Outcome.NOT_MEASURED;
  return table === "intact" && rulesCurrent && firewallEnabled ? Outcome.PASS : Outcome.FAIL;
}
