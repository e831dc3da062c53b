import { Outcome } from "../measurement";
import { Check } from "./check";
import { count } from "../text";

/** That nobody added rules to the cloud's firewall. They were looked for when the stack was deployed last. */
export const cloudFirewall: Check = ({ surplus }) => {
  if (surplus === undefined) return undefined;
  return {
    text: `the cloud's firewall: has no rules but ours, as of the last deploy: ${count(surplus.length, "difference")}`,
    outcome: surplus.length === 0 ? Outcome.PASS : Outcome.FAIL,
    differences: surplus.map((rule) => ({
      what: `the cloud's firewall has a rule that is not of our making: ${rule}`,
      mend: "remove it there, or declare what needs it; the next deploy looks again",
    })),
  };
};
