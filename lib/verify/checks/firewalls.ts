import { Observation } from "../observation";
import { Outcome } from "../measurement";
import { Check, worst } from "./check";
import { count } from "../text";

/** That each server has the firewall that the last deploy gave it. The differences are told by server. */
export const firewalls: Check = ({ looks }) => {
  const outcomes = [...looks.values()].map(outcomeOf);
  const fine = outcomes.filter((outcome) => outcome === Outcome.PASS).length;
  return {
    text: `firewalls: loaded as deployed, and at boot: ${fine} of ${count(outcomes.length, "server")}`,
    outcome: worst(outcomes),
    differences: [],
  };
};

function outcomeOf({ silent, table, current, enabled }: Observation): Outcome {
  if (silent !== undefined) return Outcome.NOT_MEASURED;
  return table === "intact" && current && enabled ? Outcome.PASS : Outcome.FAIL;
}
