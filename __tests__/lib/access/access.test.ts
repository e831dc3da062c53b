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
  test("leads from each placement to its connections' listeners, wherever these are", () => {
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

  test("is empty where what is wanted is nowhere", () => {
    expect(placementEdges([prometheus("hub")])).toEqual([]);
  });

  test("refuses a listener that there is not", () => {
    const wrong = { ...prometheus("hub"), connections: [{ kind: "node_exporter", listener: "grpc", reason: "" }] };
    expect(() => placementEdges([wrong, exporter("app")])).toThrow(
      'prometheus connects to node_exporter\'s listener "grpc", which it does not have',
    );
  });
});

test("accessGraph has what components need, what technicians look at, and SSH", () => {
  const edges = accessGraph({
    placements: [{ ...prometheus("hub"), listeners: [{ ...http(9090), technicians: true }] }, exporter("app")],
    entrances: [
      { server: "hub", port: 22, controllers: ["203.0.113.0/24"] },
      { server: "app", port: 2222, controllers: ["198.51.100.7/32"] },
    ],
    technicians: ["203.0.113.0/24"],
    admissions: [],
  });
  const lines = edges.map(
    ({ source, destination, kind, listener, reason }) =>
      `${source.server ?? source.cidr ?? "nobody"} -> ${destination} ${kind} ${listener.port}/${listener.protocol}: ${reason}`,
  );
  expect(lines).toEqual([
    "hub -> app node_exporter 9100/tcp: scrapes job node",
    "203.0.113.0/24 -> hub prometheus 9090/tcp: technicians look at it",
    "203.0.113.0/24 -> hub ssh 22/tcp: the controller deploys by SSH",
    "198.51.100.7/32 -> app ssh 2222/tcp: the controller deploys by SSH",
    "203.0.113.0/24 -> app ssh 2222/tcp: technicians log in",
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
  test("finds two components that want one port of one server", () => {
    expect(portProblems([prometheus("hub"), exporter("hub", 9090), exporter("app", 9090)], new Map())).toEqual([
      'port 9090/tcp of server "hub" is wanted by node_exporter (http) and by prometheus (http): give one of them another port',
    ]);
  });

  test("lets UDP and TCP share a number", () => {
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

  test("keeps sshd's port free", () => {
    expect(portProblems([exporter("hub", 2222)], new Map([["hub", 2222]]))).toEqual([
      'port 2222/tcp of server "hub" is wanted by node_exporter (http) and by sshd: give one of them another port',
    ]);
  });
});

test.each([0, 80, 1023, 65536, 9090.5, Number.NaN])("port %d cannot be listened on", (port) => {
  expect(portProblem(port)).toMatch(/^port .* cannot be listened on: choose one from 1024 to 65535/);
});

test.each([1024, 9090, 65535])("port %d can be listened on", (port) => {
  expect(portProblem(port)).toBeUndefined();
});
