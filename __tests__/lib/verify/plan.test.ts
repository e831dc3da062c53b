import { CONTROLLER, isDatagram, makePlan, UNAUTHORIZED_SOURCE } from "../../../lib/verify/plan";
import { fleet, server } from "../../support/fleet";

const edges = (...args: Parameters<typeof makePlan>): string[] =>
  makePlan(...args).probes.map(({ from, to, address, port }) => `${from} -> ${to} ${address}:${port}`);

test("each server tries all ports of all others, and this machine tries those and SSH", () => {
  expect(edges(fleet(), 10)).toEqual([
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

test("SSH is tried from servers where the firewall closes it, at the port of its sshd", () => {
  const strict = { sshd: { port: 2222, sources: ["10.0.0.1/32"] } };
  const ssh = edges(fleet(1, strict), 10).filter((edge) => edge.startsWith("hub -> app-0"));
  expect(ssh).toEqual(["hub -> app-0 10.1.0.10:9100", "hub -> app-0 10.1.0.10:2222"]);
});

test("servers of another network are dialled by their public address, where they have one", () => {
  const elsewhere = { network: "other", publicAddress: "203.0.113.7" };
  expect(edges(fleet(1, elsewhere), 10)).toContain("hub -> app-0 203.0.113.7:9100");
  const hidden = makePlan(fleet(1, { network: "other" }), 10);
  expect(hidden.probes.filter(({ from, to }) => from === "hub" && to === "app-0")).toEqual([]);
  expect(hidden.skipped).toContain("net -> app-0: it has no address that is reached from another network");
});

test("what this machine does not reach itself is said not to be tried", () => {
  const behind = makePlan(fleet(1, { ssh: { host: "10.1.0.10", port: 22, jumpHost: true } }), 10);
  expect(behind.probes.filter(({ from, to }) => from === CONTROLLER && to === "app-0")).toEqual([]);
  expect(behind.skipped).toEqual(["this machine -> servers behind a jump host: it is not they who reach it"]);
  const published = makePlan(fleet(1, { ssh: { host: "127.0.0.1", port: 32022, jumpHost: false } }), 10);
  expect(published.probes.filter(({ from, to }) => from === CONTROLLER && to === "app-0")).toHaveLength(1);
  expect(published.skipped).toEqual([expect.stringContaining("published on this machine")]);
});

test("a port of udp is tried from the same places, with datagrams", () => {
  const gossip = { name: "alertmanager_cluster", protocol: "udp", port: 9094, sources: [] };
  const { probes, skipped } = makePlan(fleet(1, { ports: [gossip] }), 10);
  const datagrams = probes.filter(isDatagram);
  expect(datagrams.map(({ from, to, port }) => [from, to, port])).toEqual([
    ["hub", "app-0", 9094],
    [CONTROLLER, "app-0", 9094],
  ]);
  expect(skipped).toEqual([]);
});

test("a stranger tries only where it is seen as one", () => {
  const stranger = { address: "192.0.2.2", reaches: new Set(["hub"]) };
  const strange = edges(fleet(), 10, stranger).filter((edge) => edge.startsWith(UNAUTHORIZED_SOURCE));
  expect(strange.map((edge) => edge.split(" -> ")[1])).toEqual([
    "hub 10.0.0.10:9100",
    "hub 10.0.0.10:9090",
    "hub 10.0.0.10:22",
  ]);
});

test("each server of a cluster monitors, also where it has nothing else that does", () => {
  const alertmanager = { name: "alertmanager_http", protocol: "tcp", port: 9093, sources: [] };
  const { servers, kinds, ...rest } = fleet(4);
  const second = ["app-2", "hub"];
  const clustered = servers.map((each) =>
    second.includes(each.name) ? { ...each, ports: [...each.ports, alertmanager] } : each,
  );
  const plan = makePlan({ ...rest, servers: clustered, kinds: [...kinds, "alertmanager"] }, 0);
  expect([...plan.from].sort()).toEqual(["app-2", "hub"]);
});

test("an exporter that is not ours makes no server one that monitors, however rare it is", () => {
  const exporter = { name: "exporter_odd", protocol: "tcp", port: 9187, sources: [] };
  const odd = server("odd", "10.9.0.2", { ports: [exporter] });
  expect(makePlan({ ...fleet(), servers: [...fleet().servers, odd] }, 0).from).toEqual(["hub"]);
});

test("in a large fleet it is tried from those that monitor and the same few others, of each network, to all", () => {
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
    "from 998 of 1002 servers: tried from all that monitor, and 3 others (in turn from each network, in the order of names)",
  );
});
