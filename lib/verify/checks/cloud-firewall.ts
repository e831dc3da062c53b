import { count } from "../text";
import { Check, outcomeOf } from "./check";

/** Checks that the cloud firewall had no rules from outside the stack at the last deploy. */
export const cloudFirewall: Check = ({ surplusRules }) => {
  if (surplusRules === undefined) return undefined;
  const failures = surplusRules.map((rule) => ({
    problem: `the cloud firewall has a rule that the stack did not create: ${rule}`,
    fix: "remove the rule, or declare the connection that needs it; the next deploy checks again",
  }));
  return {
    name: "cloud firewall",
    outcome: outcomeOf(failures, true),
    summary: `${count(surplusRules.length, "unexpected rule")} at the last deploy`,
    details: [],
    failures,
  };
};
