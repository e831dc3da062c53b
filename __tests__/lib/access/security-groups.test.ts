import fc from "fast-check";
import { Edge } from "../../../lib/access/access";
import {
  IngressRule,
  membersGroup,
  ruleProblems,
  securityGroups,
  serverGroup,
} from "../../../lib/access/security-groups";
import { addressOf, AGENTS, connections, randomTopology, RandomTopology } from "../../support/topologies";

/** Connections that the groups of one network allow: each rule for each member of its groups. */
function allowedConnections(topology: RandomTopology, network: string): string[] {
  const members = [...topology.networks].filter(([, of]) => of === network).map(([name]) => name);
  const { rules, owners } = securityGroups({
    monitoring: "m",
    members,
    agents: AGENTS,
    edges: topology.edges,
    addressOf,
  });
  const inGroup = (key: string): string[] =>
    key === membersGroup("m") ? members : members.filter((name) => owners.has(name) && serverGroup(name) === key);
  const outside = [...topology.networks.keys()].filter((name) => !members.includes(name));
  const sources = ({ sourceGroup, ipv4, ipv6 }: IngressRule): string[] =>
    sourceGroup === undefined
      ? [outside.find((name) => `${addressOf(name)}/32` === ipv4) ?? ipv4 ?? ipv6 ?? ""]
      : inGroup(sourceGroup);
  const allowed = rules.flatMap((rule) =>
    sources(rule).flatMap((source) =>
      inGroup(rule.group)
        .filter((destination) => destination !== source)
        .map((destination) => `${source} -> ${destination} ${rule.protocol}/${rule.port}`),
    ),
  );
  return [...new Set(allowed)].sort();
}

test("security groups allow the edges of the access graph, and nothing else", () => {
  fc.assert(
    fc.property(randomTopology, (topology) => {
      for (const network of new Set(topology.networks.values())) {
        const into = topology.edges.filter(({ destination }) => topology.networks.get(destination) === network);
        expect(allowedConnections(topology, network)).toEqual(connections(into));
      }
    }),
    { numRuns: 300 },
  );
});

const edge = (source: Edge["source"], destination: string, kind: string, port: number): Edge => ({
  source,
  destination,
  kind,
  listener: { name: "http", port, protocol: "tcp" },
  reason: "it's needed",
});

/** A hub that scrapes `size` servers, each of which sends logs to the hub. */
function fleet(size: number): Edge[] {
  const names = Array.from({ length: size }, (_, index) => `app-${index}`);
  return ["hub", ...names].flatMap((name) => [
    edge({ server: "hub", kind: "prometheus" }, name, "node_exporter", 9100),
    edge({ server: name, kind: "log_agent" }, "hub", "loki", 3100),
    edge({ cidr: "203.0.113.7/32" }, name, "ssh", 22),
  ]);
}

const grouped = (edges: readonly Edge[], members: readonly string[]): ReturnType<typeof securityGroups> =>
  securityGroups({ monitoring: "m", members, agents: AGENTS, edges, addressOf: () => "192.0.2.1" });

const members = (size: number): string[] => ["hub", ...Array.from({ length: size }, (_, index) => `app-${index}`)];

test("a thousand servers have as many security groups and rules as two", () => {
  const small = grouped(fleet(2), members(2));
  const large = grouped(fleet(999), members(999));
  expect(large.groups).toEqual(small.groups);
  expect(large.rules).toEqual(small.rules);
  expect(small.rules.map(({ key }) => key)).toEqual([
    "members-of-m tcp/22 from 203.0.113.7/32",
    "members-of-m tcp/9100 from server-hub",
    "server-hub tcp/3100 from members-of-m",
  ]);
});

test("a server whose connections differ has a group of its own", () => {
  const edges = [
    edge({ server: "hub", kind: "prometheus" }, "app-0", "node_exporter", 9200),
    edge({ server: "hub", kind: "prometheus" }, "app-1", "node_exporter", 9100),
  ];
  const { rules, owners } = grouped(edges, members(2));
  expect(rules.map(({ key }) => key)).toEqual([
    "server-app-0 tcp/9200 from server-hub",
    "server-app-1 tcp/9100 from server-hub",
  ]);
  expect([...owners]).toEqual(["hub", "app-0", "app-1"]);
});

test("a server of another network is a source by its address", () => {
  const { rules, groups } = grouped(
    [edge({ server: "far", kind: "prometheus" }, "app-0", "node_exporter", 9100)],
    ["app-0"],
  );
  expect(rules).toEqual([
    expect.objectContaining({ key: "members-of-m tcp/9100 from far", ipv4: "192.0.2.1/32" }) as IngressRule,
  ]);
  expect(groups).toEqual(["members-of-m"]);
});

test("descriptions have only the characters and the length that EC2 accepts", () => {
  const [rule] = grouped(
    Array.from({ length: 40 }, (_, index) => ({
      ...edge({ cidr: "203.0.113.7/32" }, "hub", "grafana", 3000),
      reason: `people's “reason” ${index}`,
    })),
    ["hub"],
  ).rules;
  expect(rule?.description).toMatch(/^grafana http: peoples reason 0; grafana http: peoples reason 1; /);
  expect(rule?.description.length).toBeLessThanOrEqual(255);
});

test("ruleProblems finds a group with more rules than EC2 allows", () => {
  const edges = Array.from({ length: 61 }, (_, index) =>
    edge({ cidr: `198.51.100.${index}/32` }, "hub", "grafana", 3000),
  );
  const problems = ruleProblems(grouped(edges, ["hub"]).rules);
  expect(problems).toEqual([
    expect.stringMatching(/^the security group "server-hub" needs 61 rules, but EC2 allows 60: /),
  ]);
  expect(ruleProblems(grouped(edges.slice(1), ["hub"]).rules)).toEqual([]);
});
