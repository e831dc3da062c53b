import { Look } from "../look";
import { Outcome } from "../judge";
import { Criterion, worst } from "./criterion";
import { count } from "./words";

/** That each server has the firewall that the last deploy gave it. The differences are told by server. */
export const firewalls: Criterion = ({ looks }) => {
  const outcomes = [...looks.values()].map(outcomeOf);
  const fine = outcomes.filter((outcome) => outcome === Outcome.FINE).length;
  return {
    text: `firewalls: loaded as deployed, and at boot: ${fine} of ${count(outcomes.length, "server")}`,
    outcome: worst(outcomes),
    differences: [],
  };
};

function outcomeOf({ silent, table, current, enabled }: Look): Outcome {
  if (silent !== undefined) return Outcome.NOT_MEASURED;
  return table === "intact" && current && enabled ? Outcome.FINE : Outcome.DIFFERS;
}
