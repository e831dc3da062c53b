import { SSH } from "../../lib/access/access";
import { Commands } from "../../lib/verify/failures";
import { Fleet, FleetServer } from "../../lib/verify/fleet";
import { Measurement } from "../../lib/verify/measurement";
import { Answer, readObservation } from "../../lib/verify/observation";
import { CONTROLLER, isDatagram, makePlan, Probe } from "../../lib/verify/plan";
import { UnauthorizedSource } from "../../lib/verify/unauthorized-source";
import { evaluateProbes } from "../../lib/verify/verdict";

/** The controller's address as the servers see it. */
export const GATEWAY = "10.0.0.1";
const HUB = "10.0.0.10";

/** Commands as short texts. */
export const COMMANDS: Commands = {
  kinds: [],
  play: (run, host) => `play ${run} on ${host}`,
  rotate: "rotate",
};

/** A server with a node exporter that the hub and the controller may reach. */
export function server(name: string, address: string, more: Partial<FleetServer> = {}): FleetServer {
  return {
    name,
    network: "net",
    address,
    bindAddress: "",
    ssh: { host: address, port: 22, jumpHost: false },
    ports: [{ name: "node_exporter_http", protocol: "tcp", port: 9100, sources: [`${GATEWAY}/32`, HUB] }],
    components: [],
    logSources: [],
    componentUrls: {},
    guardedPorts: [],
    ...more,
  };
}

/** A hub with Prometheus, and a number of other servers. */
export function fleet(others = 1, more: Partial<FleetServer> = {}): Fleet {
  const hub = server("hub", HUB);
  const prometheus = { name: "prometheus_http", protocol: "tcp", port: 9090, sources: [`${GATEWAY}/32`] };
  const servers = Array.from({ length: others }, (_, index) =>
    server(`app-${index}`, `10.1.${Math.floor(index / 200)}.${(index % 200) + 10}`, more),
  );
  return {
    servers: [
      ...servers,
      { ...hub, ports: [...hub.ports, prometheus], componentUrls: { prometheus: `http://${HUB}:9090` } },
    ],
    kinds: ["node_exporter", "prometheus"],
    agents: ["node_exporter"],
    targets: [...servers.map(({ name }) => `node/${name}`), "node/hub", "prometheus/hub"],
  };
}

/** The answer of a server whose firewall is correct, with further lines. */
export function healthy(...lines: readonly string[]): Answer {
  return { lines: [`peer=${GATEWAY} 22`, "table=intact", "rules=current", "unit=enabled", "drift=compared", ...lines] };
}

/** The line with the result of a check; no line without a result. */
export function checkLines(kind: string, result: object | undefined): string[] {
  return result === undefined ? [] : [`check=${kind} ${JSON.stringify(result)}`];
}

/** Differences from a fleet in which everything is as expected. */
export interface Changes {
  /** Results of single probes, by `source destination port`. */
  readonly results?: Readonly<Record<string, string>>;
  /** Answers of single servers. */
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly unauthorizedSource?: UnauthorizedSource;
  readonly sample?: number;
}

/** The measurement of a fleet in which everything is as expected, except for the changes. */
export function measured(given: Fleet, changes: Changes = {}): Measurement {
  const plan = makePlan(given, changes.sample ?? 10, changes.unauthorizedSource);
  const targets = given.targets
    .map((target) => target.split("/"))
    .map(([job, instance]) => ({ job, instance, health: "up" }));
  const observations = new Map(
    given.servers.map(({ name, componentUrls }) => {
      const prometheus = componentUrls.prometheus === undefined ? undefined : { targets };
      const answer = changes.answers?.[name] ?? healthy(...checkLines("prometheus", prometheus));
      return [name, readObservation(name, answer)] as const;
    }),
  );
  const results = (wanted: (probe: Probe) => boolean, [allowed, blocked]: readonly [string, string]) =>
    new Map(
      [...new Set(plan.probes.map(({ from }) => from))].map((source) => [
        source,
        plan.probes
          .filter((probe) => probe.from === source && wanted(probe))
          .map(({ to, port, name, sources }) => {
            const address =
              source === CONTROLLER ? `${GATEWAY}/32` : given.servers.find((one) => one.name === source)?.address;
            const expected = name === SSH || sources.includes(address ?? "") ? allowed : blocked;
            return changes.results?.[`${source} ${to} ${port}`] ?? expected;
          }),
      ]),
    );
  const verdicts = evaluateProbes(given, plan, observations, {
    connections: results((probe) => !isDatagram(probe), ["open", "filtered"]),
    datagrams: results(isDatagram, ["received", "dropped"]),
  });
  return { fleet: given, plan, observations, verdicts };
}
