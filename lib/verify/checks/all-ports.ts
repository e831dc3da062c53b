import { Check, tally, worst } from "./check";
import { count } from "../text";

/** That all that was tried came out as the servers' rules say. */
export const everyPort: Check = ({ verdicts, plan }) => {
  const ports = new Set(verdicts.map(({ probe }) => `${probe.to} ${probe.protocol}/${probe.port}`));
  const sources = new Set(plan.probes.map(({ from }) => from));
  return {
    text: `all that is tried: ${count(ports.size, "port")} from ${count(sources.size, "place")}, ${tally(verdicts)}`,
    outcome: worst(verdicts.map(({ outcome }) => outcome)),
    differences: [],
  };
};
