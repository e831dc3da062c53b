import { Fleet, FleetServer } from "../../lib/verify/fleet";
import { ProbeResults, evaluateProbes, Measurement } from "../../lib/verify/measurement";
import { Answer, readObservation } from "../../lib/verify/observation";
import { SSH } from "../../lib/access/access";
import { CONTROLLER, isDatagram, makePlan, Probe } from "../../lib/verify/plan";
import { Commands } from "../../lib/verify/failures";
import { UnauthorizedSource } from "../../lib/verify/unauthorized-source";

/** Where this machine is, as the servers see it. */
export const GATEWAY = "10.0.0.1";
const HUB = "10.0.0.10";

/** How commands are told of in tests. */
export const COMMANDS: Commands = {
  kinds: [],
  play: (run, host) => `play ${run} on ${host}`,
  rotate: "rotate",
};

/** A server with a node exporter that the hub and this machine may reach. */
export function server(name: string, address: string, more: Partial<FleetServer> = {}): FleetServer {
  return {
    name,
    network: "net",
    address,
    ssh: { host: address, port: 22, jumpHost: false },
    ports: [{ name: "node_exporter_http", protocol: "tcp", port: 9100, sources: [`${GATEWAY}/32`, HUB] }],
    components: [],
    logSources: [],
    questions: {},
    ...more,
  };
}

/** A hub with Prometheus, and as many other servers as are wanted. */
export function fleet(others = 1, more: Partial<FleetServer> = {}): Fleet {
  const hub = server("hub", HUB);
  const prometheus = { name: "prometheus_http", protocol: "tcp", port: 9090, sources: [`${GATEWAY}/32`] };
  const servers = Array.from({ length: others }, (_, index) =>
    server(`app-${index}`, `10.1.${Math.floor(index / 200)}.${(index % 200) + 10}`, more),
  );
  return {
    servers: [
      ...servers,
      { ...hub, ports: [...hub.ports, prometheus], questions: { prometheus: `http://${HUB}:9090` } },
    ],
    kinds: ["node_exporter", "prometheus"],
    agents: ["node_exporter"],
    targets: [...servers.map(({ name }) => `node/${name}`), "node/hub", "prometheus/hub"],
  };
}

/** What a server says where all is well. */
export const WELL: Answer = {
  lines: [`peer=${GATEWAY} 22`, "table=intact", "rules=current", "unit=enabled"],
};

/** What is changed in a fleet where all is well. */
export interface Changes {
  /** What came of single tries, by `source destination port`. */
  readonly found?: Readonly<Record<string, string>>;
  /** What single servers said. */
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly stranger?: UnauthorizedSource;
  readonly sample?: number;
}

/** A fleet as it would be measured: as its rules say, but for the changes. */
export function measured(given: Fleet, changes: Changes = {}): Measurement {
  const plan = makePlan(given, changes.sample ?? 10, changes.stranger);
  const up = given.targets
    .map((target) => target.split("/"))
    .map(([job, instance]) => ({ job, instance, health: "up" }));
  const looks = new Map(
    given.servers.map(({ name, questions }) => {
      const said = questions.prometheus === undefined ? [] : [`said=prometheus ${JSON.stringify(up)}`];
      const answer = changes.answers?.[name] ?? { lines: [...(WELL.lines ?? []), ...said] };
      return [name, readObservation(name, answer)] as const;
    }),
  );
  const found = (wanted: (probe: Probe) => boolean, [through, silent]: readonly [string, string]) =>
    new Map(
      [...new Set(plan.probes.map(({ from }) => from))].map((source) => [
        source,
        plan.probes
          .filter((probe) => probe.from === source && wanted(probe))
          .map(({ to, port, name, sources }) => {
            const address =
              source === CONTROLLER ? `${GATEWAY}/32` : given.servers.find((one) => one.name === source)?.address;
            const right = name === SSH || sources.includes(address ?? "") ? through : silent;
            return changes.found?.[`${source} ${to} ${port}`] ?? right;
          }),
      ]),
    );
  const all: ProbeResults = {
    connections: found((probe) => !isDatagram(probe), ["open", "filtered"]),
    datagrams: found(isDatagram, ["let in", "dropped"]),
  };
  return { fleet: given, plan, looks, verdicts: evaluateProbes(given, plan, looks, all) };
}
