import {
  accessGraph,
  Listener,
  Placement,
  placementEdges,
  portProblem,
  portProblems,
  scrapeConnections,
} from "../../../lib/access/access";

const http = (port: number, scrapeJob?: string): Listener => ({ name: "http", port, protocol: "tcp", scrapeJob });
const exporter = (server: string, port = 9100): Placement => ({
  kind: "node_exporter",
  server,
  agent: true,
  listeners: [http(port, "node")],
  connections: [],
});
const prometheus = (server: string): Placement => ({
  kind: "prometheus",
  server,
  agent: false,
  listeners: [http(9090, "prometheus")],
  connections: [{ kind: "node_exporter", listener: "http", reason: "scrapes job node" }],
});

describe("placementEdges", () => {
  test("connects each placement to its target listeners on every server", () => {
    const edges = placementEdges([prometheus("hub"), exporter("hub"), exporter("app", 9200)]);
    expect(edges).toEqual([
      {
        source: { server: "hub", kind: "prometheus" },
        destination: "hub",
        kind: "node_exporter",
        listener: http(9100, "node"),
        reason: "scrapes job node",
      },
      {
        source: { server: "hub", kind: "prometheus" },
        destination: "app",
        kind: "node_exporter",
        listener: http(9200, "node"),
        reason: "scrapes job node",
      },
    ]);
  });

  test("connects to a listener on the loopback address only within a server", () => {
    const loki = (server: string): Placement => ({
      kind: "loki",
      server,
      agent: false,
      listeners: [{ name: "api", port: 3101, protocol: "tcp", loopback: true }],
      connections: [],
    });
    const gateway = (server: string): Placement => ({
      kind: "gateway",
      server,
      agent: false,
      listeners: [],
      connections: [{ kind: "loki", listener: "api", reason: "forwards requests" }],
    });
    const edges = placementEdges([gateway("one"), loki("one"), gateway("two"), loki("two")]);
    expect(edges.map(({ source, destination }) => [source.server, destination])).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
  });

  test("is empty if no server runs the target", () => {
    expect(placementEdges([prometheus("hub")])).toEqual([]);
  });

  test("rejects a listener that the target does not have", () => {
    const wrong = { ...prometheus("hub"), connections: [{ kind: "node_exporter", listener: "grpc", reason: "" }] };
    expect(() => placementEdges([wrong, exporter("app")])).toThrow(
      'prometheus connects to node_exporter, which has no listener "grpc": use one of http',
    );
  });
});

test("accessGraph has the connections of components, technicians and SSH", () => {
  const edges = accessGraph({
    placements: [{ ...prometheus("hub"), listeners: [{ ...http(9090), technicians: true }] }, exporter("app")],
    sshEndpoints: [
      { server: "hub", port: 22, controllers: ["203.0.113.0/24"] },
      { server: "app", port: 2222, controllers: ["198.51.100.7/32"] },
    ],
    technicians: ["203.0.113.0/24"],
    allowedConnections: [],
  });
  const lines = edges.map(
    ({ source, destination, kind, listener, reason }) =>
      `${source.server ?? source.cidr ?? "?"} -> ${destination} ${kind} ${listener.port}/${listener.protocol}: ${reason}`,
  );
  expect(lines).toEqual([
    "hub -> app node_exporter 9100/tcp: scrapes job node",
    "203.0.113.0/24 -> hub prometheus 9090/tcp: technician access",
    "203.0.113.0/24 -> hub ssh 22/tcp: controller access by SSH",
    "198.51.100.7/32 -> app ssh 2222/tcp: controller access by SSH",
    "203.0.113.0/24 -> app ssh 2222/tcp: technician access by SSH",
  ]);
});

test("scrapeConnections lists each scraped listener once", () => {
  const loki: Placement = {
    kind: "loki",
    server: "hub",
    agent: false,
    listeners: [http(3100), { name: "grpc", port: 9095, protocol: "tcp" }],
    connections: [],
  };
  expect(scrapeConnections([exporter("a"), exporter("b"), loki, prometheus("hub")])).toEqual([
    { kind: "node_exporter", listener: "http", reason: "scrapes job node" },
    { kind: "prometheus", listener: "http", reason: "scrapes job prometheus" },
  ]);
});

describe("portProblems", () => {
  test("finds two components that use the same port of a server", () => {
    expect(portProblems([prometheus("hub"), exporter("hub", 9090), exporter("app", 9090)], new Map())).toEqual([
      'port 9090/tcp of server "hub" is used by both node_exporter (http) and prometheus (http): give one of them another port',
    ]);
  });

  test("accepts the same port number for UDP and TCP", () => {
    const gossip: Placement = {
      kind: "a",
      server: "hub",
      agent: false,
      listeners: [
        { name: "udp", port: 9094, protocol: "udp" },
        { name: "tcp", port: 9094, protocol: "tcp" },
      ],
      connections: [],
    };
    expect(portProblems([gossip], new Map())).toEqual([]);
  });

  test("finds a component that uses the port of sshd", () => {
    expect(portProblems([exporter("hub", 2222)], new Map([["hub", 2222]]))).toEqual([
      'port 2222/tcp of server "hub" is used by both node_exporter (http) and sshd: give one of them another port',
    ]);
  });
});

test.each([0, 80, 1023, 65536, 9090.5, Number.NaN])("portProblem rejects port %d", (port) => {
  expect(portProblem(port)).toMatch(/^port .* cannot be used: use a port from 1024 to 65535/);
});

test.each([1024, 9090, 65535])("portProblem accepts port %d", (port) => {
  expect(portProblem(port)).toBeUndefined();
});
