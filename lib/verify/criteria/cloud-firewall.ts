import { Outcome } from "../judge";
import { Criterion } from "./criterion";
import { count } from "./words";

/** That nobody added rules to the cloud's firewall. They were looked for when the stack was deployed last. */
export const cloudFirewall: Criterion = ({ surplus }) => {
  if (surplus === undefined) return undefined;
  return {
    text: `the cloud's firewall: has no rules but ours, as of the last deploy: ${count(surplus.length, "difference")}`,
    outcome: surplus.length === 0 ? Outcome.FINE : Outcome.DIFFERS,
    differences: surplus.map((rule) => ({
      what: `the cloud's firewall has a rule that is not of our making: ${rule}`,
      mend: "remove it there, or declare what needs it; the next deploy looks again",
    })),
  };
};
