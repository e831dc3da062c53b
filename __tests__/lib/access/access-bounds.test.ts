import fc from "fast-check";
import { Edge } from "../../../lib/access/access";
import { Access, allBounds, AccessPeer, edgesBeyondBounds } from "../../../lib/access/access-bounds";
import { randomTopology } from "../../support/topologies";

const edge = (source: Edge["source"], destination: string, kind: string, name = "http"): Edge => ({
  source,
  destination,
  kind,
  listener: { name, port: 9100, protocol: "tcp" },
  reason: "test",
});
const TECHNICIANS = ["203.0.113.7/32"];
const surplus = (edges: readonly Edge[], ...custom: Access[]): Edge[] =>
  edgesBeyondBounds(allBounds(custom), edges, TECHNICIANS);

test("a bound is printed as its TypeScript expression", () => {
  const bound = Access.only("node_exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()]);
  expect(bound.toString()).toBe(
    'Access.only("node_exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()])',
  );
  const cluster = Access.only("alertmanager", [AccessPeer.component("alertmanager")], "cluster_tcp");
  expect(cluster.toString()).toBe('Access.only("alertmanager", [AccessPeer.component("alertmanager")], "cluster_tcp")');
  expect(() => Access.only("Node Exporter", [])).toThrow('Access.only: "Node Exporter" is not a valid name of a run');
});

describe("the built-in bounds", () => {
  test.each(["node_exporter", "exporter", "grafana"])("allow %s only from Prometheus and technicians", (kind) => {
    const accepted = [
      edge({ server: "hub", kind: "prometheus" }, "app", kind),
      edge({ cidr: "203.0.113.7/32" }, "app", kind),
    ];
    const beyond = [
      edge({ server: "hub", kind: "alertmanager" }, "app", kind),
      edge({ cidr: "198.51.100.0/24" }, "app", kind),
    ];
    expect(surplus([...accepted, ...beyond])).toEqual(beyond);
  });

  test.each(["prometheus", "alertmanager"])("allow %s only from monitoring components and technicians", (kind) => {
    const from = (kinds: readonly string[]): Edge[] =>
      kinds.map((each) => edge({ server: "a", kind: each }, "b", kind));
    const accepted = from(["prometheus", "alertmanager", "grafana", "loki"]);
    const beyond = from(["log_agent", "node_exporter"]);
    expect(surplus([...accepted, ...beyond, edge({ cidr: "203.0.113.7/32" }, "b", kind)])).toEqual(beyond);
  });

  test.each(["cluster_tcp", "cluster_udp"])("allow %s only from other Alertmanagers", (name) => {
    const gossip = edge({ server: "a", kind: "alertmanager" }, "b", "alertmanager", name);
    const beyond = [
      edge({ server: "a", kind: "prometheus" }, "b", "alertmanager", name),
      edge({ cidr: "203.0.113.7/32" }, "b", "alertmanager", name),
    ];
    expect(surplus([gossip, ...beyond])).toEqual(beyond);
  });

  test("allow every address at the port for challenges of the gateway only", () => {
    const challenge = edge({ cidr: "0.0.0.0/0" }, "hub", "gateway", "challenges");
    const beyond = ["names", "http"].map((name) => edge({ cidr: "0.0.0.0/0" }, "hub", "gateway", name));
    expect(surplus([challenge, ...beyond])).toEqual(beyond);
    const strict = Access.only("gateway", [AccessPeer.technicians()], "challenges");
    expect(surplus([challenge], strict)).toEqual([challenge]);
    expect(Access.only("gateway", [AccessPeer.anyone()], "challenges").toString()).toBe(
      'Access.only("gateway", [AccessPeer.anyone()], "challenges")',
    );
  });

  test("do not apply within a server", () => {
    expect(surplus([edge({ server: "hub", kind: "grafana" }, "hub", "node_exporter")])).toEqual([]);
  });

  test("allow the access graph of any topology", () => {
    fc.assert(
      fc.property(randomTopology, ({ edges, technicians }) => {
        expect(edgesBeyondBounds(allBounds([]), edges, technicians)).toEqual([]);
      }),
    );
  });
});

test("a user's bound replaces the built-in one of its kind", () => {
  const scrape = edge({ server: "hub", kind: "prometheus" }, "app", "node_exporter");
  const query = edge({ server: "hub", kind: "grafana" }, "app", "node_exporter");
  expect(surplus([scrape, query], Access.only("node_exporter", [AccessPeer.component("grafana")]))).toEqual([scrape]);
  expect(surplus([scrape, query], Access.only("loki", []))).toEqual([query]);
});

test("a bound of a listener applies to it alone, and one of the kind to all other listeners", () => {
  const webUi = edge({ cidr: "203.0.113.7/32" }, "b", "alertmanager");
  const gossip = edge({ server: "a", kind: "alertmanager" }, "b", "alertmanager", "cluster_tcp");
  expect(surplus([webUi, gossip], Access.only("alertmanager", [], "http"))).toEqual([webUi]);
  const both = [
    Access.only("alertmanager", [AccessPeer.technicians()]),
    Access.only("alertmanager", [], "cluster_tcp"),
  ];
  expect(surplus([webUi, gossip], ...both)).toEqual([gossip]);
});

test("a bound without peers finds every edge from another server, except those within a cluster", () => {
  fc.assert(
    fc.property(randomTopology, fc.constantFrom("node_exporter", "alertmanager", "loki"), (topology, kind) => {
      const found = edgesBeyondBounds(allBounds([Access.only(kind, [])]), topology.edges, topology.technicians);
      expect(found).toEqual(
        topology.edges.filter(
          ({ source, destination, kind: target, listener }) =>
            target === kind && source.server !== destination && listener.name === "http",
        ),
      );
    }),
  );
});
