import fc from "fast-check";
import { groupBy } from "../../../lib/grouping";
import { firewallVariables, hostFirewall } from "../../../lib/access/host-firewall";
import { addressOf, connections, randomTopology } from "../../support/topologies";

/** No outgoing connection, and no known user: user-rules.test.ts tests the rules for users. */
const NO_USERS = { outgoing: [], userOf: () => undefined, addressesOf: () => [] };

test("hostFirewall allows the edges of the access graph, and nothing else", () => {
  fc.assert(
    fc.property(randomTopology, ({ networks, placements, edges }) => {
      const names = new Map([...networks.keys()].map((name) => [addressOf(name), name]));
      const byServer = groupBy(edges, ({ destination }) => destination);
      const allowed = [...networks.keys()].flatMap((server) => {
        const rules = hostFirewall({
          server,
          listening: placements.filter((placement) => placement.server === server),
          edges: byServer.get(server) ?? [],
          addressOf,
          ...NO_USERS,
        });
        expect(rules.open).toEqual([]);
        return [...rules.ports, { ...rules.ssh, protocol: "tcp" }].flatMap(({ port, protocol, sources }) =>
          sources.map((source) => `${names.get(source) ?? source} -> ${server} ${protocol}/${port}`),
        );
      });
      expect([...new Set(allowed)].sort()).toEqual(connections(edges));
    }),
    { numRuns: 300 },
  );
});

const application = {
  source: { cidr: "0.0.0.0/0" },
  destination: "app",
  kind: "application",
  listener: { name: "application_443", port: 443, protocol: "tcp" },
  reason: "",
};
const rules = hostFirewall({
  server: "app",
  listening: [
    {
      kind: "loki",
      server: "app",
      agent: false,
      listeners: [{ name: "grpc", port: 9095, protocol: "tcp" }],
    },
  ],
  edges: [
    application,
    {
      source: { cidr: "203.0.113.7/32" },
      destination: "app",
      kind: "ssh",
      listener: { name: "ssh", port: 2222, protocol: "tcp" },
      reason: "",
    },
  ],
  addressOf,
  ...NO_USERS,
});

test("guard mode has a rule without sources for a port that no edge uses", () => {
  expect(firewallVariables(rules, false, ["alice"])).toEqual({
    firewall_mode: "guard",
    firewall_ports: [{ name: "loki_grpc", protocol: "tcp", port: 9095, sources: [] }],
    firewall_users: [],
    firewall_local_users: ["alice"],
  });
});

test("strict mode allows SSH and the ports of applications", () => {
  expect(firewallVariables(rules, true, [])).toMatchObject({
    firewall_mode: "strict",
    firewall_open: [{ name: "application_443", protocol: "tcp", port: 443, sources: ["0.0.0.0/0"] }],
    firewall_ssh: { port: 2222, sources: ["203.0.113.7/32"] },
  });
});
