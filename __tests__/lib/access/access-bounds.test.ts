import fc from "fast-check";
import { Edge } from "../../../lib/access/access";
import { Access, allBounds, AccessPeer, surplusEdges } from "../../../lib/access/access-bounds";
import { randomTopology } from "../../support/topologies";

const edge = (source: Edge["source"], destination: string, kind: string, name = "http"): Edge => ({
  source,
  destination,
  kind,
  listener: { name, port: 9100, protocol: "tcp" },
  reason: "it is needed",
});
const TECHNICIANS = ["203.0.113.7/32"];
const surplus = (edges: readonly Edge[], ...own: Access[]): Edge[] => surplusEdges(allBounds(own), edges, TECHNICIANS);

test("a bound is written as in the code", () => {
  const bound = Access.only("node_exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()]);
  expect(bound.toString()).toBe(
    'Access.only("node_exporter", [Reacher.component("prometheus"), Reacher.technicians()])',
  );
  const cluster = Access.only("alertmanager", [AccessPeer.component("alertmanager")], "cluster_tcp");
  expect(cluster.toString()).toBe('Access.only("alertmanager", [Reacher.component("alertmanager")], "cluster_tcp")');
  expect(() => Access.only("Node Exporter", [])).toThrow('Access.only: "Node Exporter" cannot be a run\'s name');
});

describe("without a bound of one's own", () => {
  test.each(["node_exporter", "exporter", "grafana"])(
    "what is a %s is reached by Prometheus and technicians only",
    (kind) => {
      const accepted = [
        edge({ server: "hub", kind: "prometheus" }, "app", kind),
        edge({ cidr: "203.0.113.7/32" }, "app", kind),
      ];
      const beyond = [
        edge({ server: "hub", kind: "alertmanager" }, "app", kind),
        edge({ cidr: "198.51.100.0/24" }, "app", kind),
      ];
      expect(surplus([...accepted, ...beyond])).toEqual(beyond);
    },
  );

  test.each([
    ["prometheus", ["prometheus", "alertmanager", "grafana"]],
    ["alertmanager", ["prometheus", "alertmanager", "grafana", "loki"]],
  ])("%s is reached by what watches and by technicians only", (kind, watching) => {
    const accepted = watching.map((from) => edge({ server: "a", kind: from }, "b", kind));
    const others = ["loki", "log_agent", "node_exporter"].filter((from) => !watching.includes(from));
    const beyond = others.map((from) => edge({ server: "a", kind: from }, "b", kind));
    expect(surplus([...accepted, ...beyond, edge({ cidr: "203.0.113.7/32" }, "b", kind)])).toEqual(beyond);
  });

  test.each(["cluster_tcp", "cluster_udp"])("the cluster of Alertmanagers is reached by these only, at %s", (name) => {
    const gossip = edge({ server: "a", kind: "alertmanager" }, "b", "alertmanager", name);
    const beyond = [
      edge({ server: "a", kind: "prometheus" }, "b", "alertmanager", name),
      edge({ cidr: "203.0.113.7/32" }, "b", "alertmanager", name),
    ];
    expect(surplus([gossip, ...beyond])).toEqual(beyond);
  });

  test("what stays within a server is not bounded", () => {
    expect(surplus([edge({ server: "hub", kind: "grafana" }, "hub", "node_exporter")])).toEqual([]);
  });

  test("what follows from any topology is within the bounds", () => {
    fc.assert(
      fc.property(randomTopology, ({ edges, technicians }) => {
        expect(surplusEdges(allBounds([]), edges, technicians)).toEqual([]);
      }),
    );
  });
});

test("one's own bound takes the place of ours, for its kind", () => {
  const scrape = edge({ server: "hub", kind: "prometheus" }, "app", "node_exporter");
  const look = edge({ server: "hub", kind: "grafana" }, "app", "node_exporter");
  expect(surplus([scrape, look], Access.only("node_exporter", [AccessPeer.component("grafana")]))).toEqual([scrape]);
  expect(surplus([scrape, look], Access.only("loki", []))).toEqual([look]);
});

test("a bound of one listener holds for that alone, and one of the kind for all others", () => {
  const page = edge({ cidr: "203.0.113.7/32" }, "b", "alertmanager");
  const gossip = edge({ server: "a", kind: "alertmanager" }, "b", "alertmanager", "cluster_tcp");
  expect(surplus([page, gossip], Access.only("alertmanager", [], "http"))).toEqual([page]);
  const both = [Access.only("alertmanager", [AccessPeer.technicians()]), Access.only("alertmanager", [], "cluster_tcp")];
  expect(surplus([page, gossip], ...both)).toEqual([gossip]);
});

test("a bound that admits nobody finds every edge that leads to its kind from elsewhere, but for those within a cluster", () => {
  fc.assert(
    fc.property(randomTopology, fc.constantFrom("node_exporter", "alertmanager", "loki"), (topology, kind) => {
      const found = surplusEdges(allBounds([Access.only(kind, [])]), topology.edges, topology.technicians);
      expect(found).toEqual(
        topology.edges.filter(
          ({ source, destination, kind: reached, listener }) =>
            reached === kind && source.server !== destination && listener.name === "http",
        ),
      );
    }),
  );
});
