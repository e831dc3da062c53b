import { CONTROLLER, isDatagram, makePlan, UNAUTHORIZED_SOURCE } from "../../../lib/verify/plan";
import { fleet, server } from "../../support/fleet";

const probes = (...args: Parameters<typeof makePlan>): string[] =>
  makePlan(...args).probes.map(({ from, to, address, port }) => `${from} -> ${to} ${address}:${port}`);

describe("makePlan", () => {
  it("probes all ports from each other server and the controller, and SSH from the controller", () => {
    expect(probes(fleet(), 10)).toEqual([
      "hub -> app-0 10.1.0.10:9100",
      `${CONTROLLER} -> app-0 10.1.0.10:9100`,
      `${CONTROLLER} -> app-0 10.1.0.10:22`,
      "app-0 -> hub 10.0.0.10:9100",
      "app-0 -> hub 10.0.0.10:9090",
      `${CONTROLLER} -> hub 10.0.0.10:9100`,
      `${CONTROLLER} -> hub 10.0.0.10:9090`,
      `${CONTROLLER} -> hub 10.0.0.10:22`,
    ]);
  });

  it("probes SSH from servers if the firewall restricts it, at the port of sshd", () => {
    const strict = { sshd: { port: 2222, sources: ["10.0.0.1/32"] } };
    const ssh = probes(fleet(1, strict), 10).filter((probe) => probe.startsWith("hub -> app-0"));
    expect(ssh).toEqual(["hub -> app-0 10.1.0.10:9100", "hub -> app-0 10.1.0.10:2222"]);
  });

  it("uses the public address of a server in another network, and skips a server without one", () => {
    const elsewhere = { network: "other", publicAddress: "203.0.113.7" };
    expect(probes(fleet(1, elsewhere), 10)).toContain("hub -> app-0 203.0.113.7:9100");
    const hidden = makePlan(fleet(1, { network: "other" }), 10);
    expect(hidden.probes.filter(({ from, to }) => from === "hub" && to === "app-0")).toEqual([]);
    expect(hidden.skipped).toContain("net -> app-0: app-0 has no address that other networks can reach");
  });

  it("skips probes from the controller that would not measure the firewall", () => {
    const behind = makePlan(fleet(1, { ssh: { host: "10.1.0.10", port: 22, jumpHost: true } }), 10);
    expect(behind.probes.filter(({ from, to }) => from === CONTROLLER && to === "app-0")).toEqual([]);
    expect(behind.skipped).toEqual([
      "this machine -> servers behind a jump host: the connection would come from the jump host",
    ]);
    const published = makePlan(fleet(1, { ssh: { host: "127.0.0.1", port: 32022, jumpHost: false } }), 10);
    expect(published.probes.filter(({ from, to }) => from === CONTROLLER && to === "app-0")).toHaveLength(1);
    expect(published.skipped).toEqual([
      "this machine -> servers whose ports are published on this machine: published ports bypass the firewall",
    ]);
  });

  it("probes UDP ports from the same sources, with datagrams", () => {
    const gossip = { name: "alertmanager_cluster", protocol: "udp", port: 9094, sources: [] };
    const plan = makePlan(fleet(1, { ports: [gossip] }), 10);
    expect(plan.probes.filter(isDatagram).map(({ from, to, port }) => [from, to, port])).toEqual([
      ["hub", "app-0", 9094],
      [CONTROLLER, "app-0", 9094],
    ]);
    expect(plan.skipped).toEqual([]);
  });

  it("probes from the unauthorized source only the servers that see its address", () => {
    const unauthorizedSource = { address: "192.0.2.2", servers: new Set(["hub"]) };
    const unauthorized = probes(fleet(), 10, unauthorizedSource).filter((probe) =>
      probe.startsWith(UNAUTHORIZED_SOURCE),
    );
    expect(unauthorized.map((probe) => probe.split(" -> ")[1])).toEqual([
      "hub 10.0.0.10:9100",
      "hub 10.0.0.10:9090",
      "hub 10.0.0.10:22",
    ]);
  });

  it("probes from every server with a component that monitors", () => {
    const alertmanager = { name: "alertmanager_http", protocol: "tcp", port: 9093, sources: [] };
    const { servers, kinds, ...rest } = fleet(4);
    const second = ["app-2", "hub"];
    const clustered = servers.map((each) =>
      second.includes(each.name) ? { ...each, ports: [...each.ports, alertmanager] } : each,
    );
    const plan = makePlan({ ...rest, servers: clustered, kinds: [...kinds, "alertmanager"] }, 0);
    expect([...plan.from].sort()).toEqual(["app-2", "hub"]);
  });

  it("does not count a server with a user-provided exporter among the monitoring servers", () => {
    const exporter = { name: "exporter_odd", protocol: "tcp", port: 9187, sources: [] };
    const odd = server("odd", "10.9.0.2", { ports: [exporter] });
    expect(makePlan({ ...fleet(), servers: [...fleet().servers, odd] }, 0).from).toEqual(["hub"]);
  });

  it("probes all servers of a large fleet from the same few servers of each network", () => {
    // GIVEN
    const large = fleet(1000);
    const away = server("z", "10.9.0.1", { network: "other", publicAddress: "203.0.113.7" });
    const both = { ...large, servers: [...large.servers, away] };

    // WHEN
    const plan = makePlan(both, 3);

    // THEN
    expect(plan.from).toEqual(["hub", "app-0", "z", "app-1"]);
    expect(makePlan(both, 3)).toEqual(plan);
    expect(new Set(plan.probes.filter(({ from }) => from === "app-0").map(({ to }) => to)).size).toBe(1001);
    expect(plan.skipped).toContain(
      "probes from 998 of 1002 servers: the sources are all monitoring servers and 3 others, evenly from all networks",
    );
  });
});
