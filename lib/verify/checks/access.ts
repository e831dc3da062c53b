import { Outcome, worstOutcome } from "../outcome";
import { ANYONE, ComponentKind, componentKind, componentKinds, TECHNICIANS } from "../../components";
import { count, list } from "../text";
import { Verdict } from "../verdict";
import { Check } from "./check";

/** Checks of the access to each built-in kind of component. */
export const componentAccess: readonly Check[] = componentKinds.map(({ kind, title, peers }) =>
  accessCheck(title, kind, peers),
);

/** Checks the access to user-provided exporters. */
export const exporterAccess: Check = accessCheck("exporter", "exporter", { "*": ["prometheus", TECHNICIANS] });

/** Checks that only the peers reach the ports of a kind of component. `makeReport` adds the failures of the probes. */
function accessCheck(title: string, kind: string, byListener: ComponentKind["peers"]): Check {
  const peers = [...new Set(Object.values(byListener).flat())].filter((peer) => peer !== ANYONE);
  const listeners = Object.keys(byListener).filter((name) => byListener[name]?.includes(ANYONE));
  const belongs = (listener: string): boolean => listener.startsWith(`${kind}_`);
  const others = [...peers.filter((peer) => peer !== TECHNICIANS), TECHNICIANS];
  return ({ verdicts, fleet }) => {
    const userProvided = fleet.userProvidedPeers?.get(kind) ?? [];
    const sources = list([...userProvided, ...others.map((peer) => sourceName(peer, kind))]);
    const hosts = fleet.servers.filter(({ ports }) => ports.some((port) => belongs(port.name)));
    if (hosts.length === 0) return undefined;
    const open = hosts.flatMap(({ ports }) =>
      ports.filter(({ name }) => listeners.some((each) => name === `${kind}_${each}`)),
    );
    const publicly = [...new Set(open.map(({ port }) => `, port ${port} from everywhere`))].join("");
    const selected = verdicts.filter(({ probe }) => belongs(probe.name));
    return {
      name: `${title} access`,
      outcome: worstOutcome(selected.map(({ outcome }) => outcome)),
      summary: `only from ${sources}${publicly}: ${count(hosts.length, "server")}, ${probeSummary(selected)}`,
      details: [],
      failures: [],
    };
  };
}

function sourceName(peer: string, kind: string): string {
  if (peer === TECHNICIANS) return peer;
  const { title, agent } = componentKind(peer);
  return peer === kind ? `other ${title} servers` : agent ? `${title}s` : title;
}

/** Checks that the results of all probes match the firewall rules. `makeReport` adds the failures of the probes. */
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
