import { Outcome, worstOutcome } from "../outcome";
import { count } from "../text";
import { Verdict } from "../verdict";
import { Check } from "./check";

/** Checks that only some sources reach the ports of a kind of component. The report adds the failures. */
export function accessCheck(name: string, kinds: readonly string[], sources: string): Check {
  const belongs = (listener: string): boolean => kinds.some((kind) => listener.startsWith(`${kind}_`));
  return ({ verdicts, fleet }) => {
    const hosts = fleet.servers.filter(({ ports }) => ports.some((port) => belongs(port.name)));
    if (hosts.length === 0) return undefined;
    const selected = verdicts.filter(({ probe }) => belongs(probe.name));
    return {
      name: `${name} access`,
      outcome: worstOutcome(selected.map(({ outcome }) => outcome)),
      summary: `only from ${sources}: ${count(hosts.length, "server")}, ${probeSummary(selected)}`,
      details: [],
      failures: [],
    };
  };
}

/** Checks that the results of all probes match the firewall rules. The report adds the failures. */
export const allPorts: Check = ({ verdicts, plan }) => {
  const ports = new Set(verdicts.map(({ probe }) => `${probe.to} ${probe.protocol}/${probe.port}`));
  const sources = new Set(plan.probes.map(({ from }) => from));
  return {
    name: "all ports",
    outcome: worstOutcome(verdicts.map(({ outcome }) => outcome)),
    summary: `${count(ports.size, "port")}, ${count(sources.size, "source")}, ${probeSummary(verdicts)}`,
    details: [],
    failures: [],
  };
};

/** The number of probes by their result. */
function probeSummary(verdicts: readonly Verdict[]): string {
  const of = (outcome: Outcome): Verdict[] => verdicts.filter((verdict) => verdict.outcome === outcome);
  const passed = of(Outcome.PASS);
  const allowed = passed.filter(({ expected }) => expected === "open").length;
  const [failed, notMeasured] = [of(Outcome.FAIL).length, of(Outcome.NOT_MEASURED).length];
  const numbers = [
    `${allowed} allowed`,
    `${passed.length - allowed} blocked`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(notMeasured === 0 ? [] : [`${notMeasured} not measured`]),
  ];
  return `${count(verdicts.length, "probe")} (${numbers.join(", ")})`;
}
