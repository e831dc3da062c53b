import fc from "fast-check";
import { accessGraph, Edge, Listening, Placement } from "../../../lib/access/access";
import { UserRule, userRules } from "../../../lib/access/user-rules";
import { addressOf, randomTopology } from "../../support/topologies";

/** Returns the rules of a server whose components run as users of the same names. */
function rulesOf(
  server: string,
  placements: readonly Listening[],
  edges: readonly Edge[],
  unknown: readonly string[] = [],
): UserRule[] {
  const known = placements.map((placement) =>
    unknown.includes(placement.kind) ? placement : { ...placement, user: placement.kind },
  );
  const users = new Map(known.map(({ server: name, kind, user }) => [`${name} ${kind}`, user]));
  return userRules({
    server,
    listening: known.filter((placement) => placement.server === server),
    outgoing: edges.filter(({ source }) => source.server === server),
    userOf: (name, kind) => users.get(`${name} ${kind}`),
    addressesOf: (name) => [addressOf(name)],
  });
}

/** Lists the rules as `protocol/port of destination: users`. The destination `self` is the server itself. */
function listed(rules: readonly UserRule[]): string[] {
  return rules
    .flatMap(({ ports, destinations, users, technicians }) =>
      (destinations.length === 0 ? ["self"] : destinations).flatMap((destination) =>
        ports.map(
          ({ protocol, port }) =>
            `${protocol}/${port} of ${destination}: ${[...users, ...(technicians ? ["technicians"] : [])].join(", ")}`,
        ),
      ),
    )
    .sort();
}

const graph = (placements: readonly Placement[]): Edge[] =>
  accessGraph({ placements, sshEndpoints: [], technicians: [], allowedConnections: [] });

const http = (kind: string, server: string, port: number, more: Partial<Placement> = {}): Placement => ({
  kind,
  server,
  agent: true,
  listeners: [{ name: "http", port, protocol: "tcp", technicians: true }],
  connections: [],
  ...more,
});
const to = (kind: string): Placement["connections"][number] => ({ kind, listener: "http", reason: "any" });

const HUB = [
  http("prometheus", "s0", 9090, { connections: [to("node_exporter"), to("loki")] }),
  http("loki", "s0", 3100, { connections: [to("prometheus")] }),
  http("node_exporter", "s0", 9100),
];
const MEMBERS = ["s1", "s2"].flatMap((server) => [
  http("node_exporter", server, 9100),
  http("log_agent", server, 9080, { connections: [to("loki")] }),
]);

describe("userRules", () => {
  it("allows each connection of the access graph to the users of its source, and covers all ports of components", () => {
    fc.assert(
      fc.property(randomTopology, ({ networks, placements, edges }) => {
        for (const server of networks.keys()) {
          const outgoing = edges.filter(({ source }) => source.server === server);
          const rules = rulesOf(server, placements, edges);
          for (const { source, destination, listener } of outgoing) {
            const matching = rules.filter(
              ({ ports, destinations }) =>
                (destination === server ? destinations.length === 0 : destinations.includes(addressOf(destination))) &&
                ports.some(({ port, protocol }) => port === listener.port && protocol === listener.protocol),
            );
            expect(matching.map(({ users }) => users)).toEqual([expect.arrayContaining([source.kind])]);
          }
          const own = placements.filter((placement) => placement.server === server);
          const ports = own.flatMap(({ listeners }) => listeners.map(({ protocol, port }) => `${protocol}/${port}`));
          const covered = rules
            .filter(({ destinations }) => destinations.length === 0)
            .flatMap((rule) => rule.ports.map(({ protocol, port }) => `${protocol}/${port}`));
          expect(covered.sort()).toEqual(ports.sort());
        }
      }),
      { numRuns: 200 },
    );
  });

  it("allows a component to connect to itself, and technicians where they may connect", () => {
    const placements = [...HUB, ...MEMBERS];
    expect(listed(rulesOf("s0", placements, graph(placements)))).toEqual([
      "tcp/3100 of self: loki, prometheus, technicians",
      "tcp/9090 of self: loki, prometheus, technicians",
      "tcp/9100 of 10.0.0.2: prometheus, technicians",
      "tcp/9100 of 10.0.0.3: prometheus, technicians",
      "tcp/9100 of self: node_exporter, prometheus, technicians",
    ]);
    expect(listed(rulesOf("s1", placements, graph(placements)))).toEqual([
      "tcp/3100 of 10.0.0.1: log_agent, technicians",
      "tcp/9080 of self: log_agent, technicians",
      "tcp/9100 of self: node_exporter, technicians",
    ]);
  });

  it("has as many rules for a thousand servers as for two", () => {
    const fleet = Array.from({ length: 1000 }, (_, index) => `s${index + 1}`).flatMap((server) => [
      http("node_exporter", server, 9100),
      http("log_agent", server, 9080, { connections: [to("loki")] }),
    ]);
    const count = (placements: readonly Placement[], server: string): number =>
      rulesOf(server, placements, graph(placements)).length;
    expect(count([...HUB, ...fleet], "s0")).toBe(count([...HUB, ...MEMBERS], "s0"));
    expect(count([...HUB, ...fleet], "s1")).toBe(count([...HUB, ...MEMBERS], "s1"));
  });

  it("leaves out the ports of a component whose user is unknown, and the ports that such a component connects to", () => {
    const own = http("own", "s0", 9150, { connections: [to("loki")] });
    const placements = [...HUB, own];
    expect(listed(rulesOf("s0", placements, graph(placements), ["own"]))).toEqual([
      "tcp/9090 of self: loki, prometheus, technicians",
      "tcp/9100 of self: node_exporter, prometheus, technicians",
    ]);
    expect(listed(rulesOf("s0", placements, graph(placements)))).toContain(
      "tcp/3100 of self: loki, own, prometheus, technicians",
    );
  });

  it("leaves out a listener that every local user may use, but not on other servers", () => {
    const open = http("grafana", "s1", 3000, {
      listeners: [{ name: "http", port: 3000, protocol: "tcp", anyLocalUser: true }],
    });
    const scraper = http("prometheus", "s0", 9090, { connections: [to("grafana")] });
    const placements = [open, scraper];
    expect(listed(rulesOf("s1", placements, graph(placements)))).toEqual([]);
    expect(listed(rulesOf("s0", placements, graph(placements)))).toContain("tcp/3000 of 10.0.0.2: prometheus");
  });
});
