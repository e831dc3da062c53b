import fc from "fast-check";
import { accessGraph, Edge, Listener, Placement, scrapeConnections } from "../../lib/access/access";

/** A random topology: servers in networks, with components on them. */
export interface RandomTopology {
  readonly technicians: readonly string[];
  /** Network of each server, by the name of the server. */
  readonly networks: ReadonlyMap<string, string>;
  readonly placements: readonly Placement[];
  readonly edges: readonly Edge[];
}

/** Kinds of component that every server has. */
export const AGENTS: ReadonlySet<string> = new Set(["node_exporter", "log_agent"]);

const listener = (port: number, more: Partial<Listener> = {}): Listener => ({
  name: "http",
  port,
  protocol: "tcp",
  ...more,
});

/** Returns the address of a server, in its own and in other networks. */
export function addressOf(server: string): string {
  return `10.0.${Math.floor(Number(server.slice(1)) / 250)}.${(Number(server.slice(1)) % 250) + 1}`;
}

/** Up to twelve servers in up to three networks, with components on any of them, clustered or not. */
export const randomTopology: fc.Arbitrary<RandomTopology> = fc
  .record({
    servers: fc.array(
      fc.record({ network: fc.constantFrom("a", "b", "c"), port: fc.constantFrom(9100, 9100, 9100, 9200) }),
      { minLength: 1, maxLength: 12 },
    ),
    technicians: fc.uniqueArray(fc.constantFrom("203.0.113.7/32", "198.51.100.0/24", "2001:db8::/48"), {
      maxLength: 3,
    }),
    controllers: fc.uniqueArray(fc.constantFrom("203.0.113.7/32", "192.0.2.1/32"), { maxLength: 2 }),
    prometheus: fc.nat(),
    alertmanagers: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
    loki: fc.nat(),
    sshPorts: fc.constantFrom([22], [22, 2222]),
  })
  .map(({ servers, technicians, controllers, prometheus, alertmanagers, loki, sshPorts }) => {
    const names = servers.map((_, index) => `s${index}`);
    const at = (index: number): string => names[index % names.length] ?? "";
    const http = { technicians: true, scrapeJob: "any" };
    const exporters = servers.map(({ port }, index): Placement => ({
      kind: "node_exporter",
      server: at(index),
      agent: true,
      listeners: [listener(port, http)],
      connections: [],
    }));
    const logAgents = names.map((server): Placement => ({
      kind: "log_agent",
      server,
      agent: true,
      listeners: [],
      connections: [{ kind: "loki", listener: "http", reason: "sends logs" }],
    }));
    const cluster = [...new Set(alertmanagers.map(at))].map((server): Placement => ({
      kind: "alertmanager",
      server,
      agent: false,
      listeners: [listener(9093, http), listener(9094, { name: "cluster_udp", protocol: "udp" })],
      connections: [{ kind: "alertmanager", listener: "cluster_udp", reason: "exchanges cluster membership" }],
    }));
    const store: Placement = {
      kind: "loki",
      server: at(loki),
      agent: false,
      listeners: [listener(3100, { scrapeJob: "loki" })],
      connections: [],
    };
    const others = [...exporters, ...logAgents, ...cluster, store];
    const scraper: Placement = {
      kind: "prometheus",
      server: at(prometheus),
      agent: false,
      listeners: [listener(9090, http)],
      connections: scrapeConnections(others),
    };
    const placements = [...others, scraper];
    const sshEndpoints = names.map((server, index) => ({
      server,
      port: sshPorts[index % sshPorts.length] ?? 22,
      controllers,
    }));
    return {
      technicians,
      networks: new Map(servers.map(({ network }, index) => [at(index), network])),
      placements,
      edges: accessGraph({ placements, sshEndpoints, technicians, allowedConnections: [] }),
    };
  });

/** Writes an edge as one line: source, destination, protocol and port. */
function connectionOf({ source, destination, listener: { protocol, port } }: Edge): string {
  return `${source.server ?? source.cidr ?? ""} -> ${destination} ${protocol}/${port}`;
}

/** Returns all connections of an access graph between two servers, sorted, without duplicates. */
export function connections(edges: readonly Edge[]): string[] {
  return [
    ...new Set(edges.filter(({ source, destination }) => source.server !== destination).map(connectionOf)),
  ].sort();
}
