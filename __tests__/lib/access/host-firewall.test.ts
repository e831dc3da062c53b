import fc from "fast-check";
import { groupBy } from "../../../lib/grouping";
import { firewallVariables, hostFirewall } from "../../../lib/access/host-firewall";
import { addressOf, randomTopology, ways } from "../../support/topologies";

test("lets through what the access graph needs at our ports and at SSH, and nothing else", () => {
  fc.assert(
    fc.property(randomTopology, ({ networks, placements, edges }) => {
      const names = new Map([...networks.keys()].map((name) => [addressOf(name), name]));
      const byServer = groupBy(edges, ({ destination }) => destination);
      const through = [...networks.keys()].flatMap((server) => {
        const rules = hostFirewall({
          server,
          listening: placements.filter((placement) => placement.server === server),
          edges: byServer.get(server) ?? [],
          addressOf,
        });
        expect(rules.open).toEqual([]);
        return [...rules.ports, { ...rules.ssh, protocol: "tcp" }].flatMap(({ port, protocol, sources }) =>
          sources.map((source) => `${names.get(source) ?? source} -> ${server} ${protocol}/${port}`),
        );
      });
      expect([...new Set(through)].sort()).toEqual(ways(edges));
    }),
    { numRuns: 300 },
  );
});

const admission = {
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
    admission,
    {
      source: { cidr: "203.0.113.7/32" },
      destination: "app",
      kind: "ssh",
      listener: { name: "ssh", port: 2222, protocol: "tcp" },
      reason: "",
    },
  ],
  addressOf,
});

test("a port that nobody needs is one that nobody reaches", () => {
  expect(firewallVariables(rules, false)).toEqual({
    firewall_mode: "guard",
    firewall_ports: [{ name: "loki_grpc", protocol: "tcp", port: 9095, sources: [] }],
  });
});

test("where all is closed, the application's ports and SSH are admitted", () => {
  expect(firewallVariables(rules, true)).toMatchObject({
    firewall_mode: "strict",
    firewall_open: [{ name: "application_443", protocol: "tcp", port: 443, sources: ["0.0.0.0/0"] }],
    firewall_ssh: { port: 2222, sources: ["203.0.113.7/32"] },
  });
});
