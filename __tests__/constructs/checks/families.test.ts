import { TerraformStack } from "cdktf";
import {
  ExistingServer,
  ExistingServerProps,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
} from "../../../constructs";
import { synth, Synthesized } from "../../support/synth";

function servers(
  hub: ExistingServerProps,
  app: ExistingServerProps,
  technicians = ["203.0.113.7/32", "2001:db8::7/128"],
): Synthesized {
  return synth((stack: TerraformStack) => {
    const monitoring = new Monitoring(stack, "monitoring", { technicians });
    const host = new MonitoringHost(stack, "hub", { monitoring, server: new ExistingServer(stack, "hub-server", hub) });
    new MonitoredServer(stack, "app", { monitoring, server: new ExistingServer(stack, "app-server", app) });
    new Prometheus(host, "prometheus");
  });
}

interface Port {
  readonly name: string;
  readonly sources: readonly string[];
}

const portOf = (stack: Synthesized, server: string, port: string): Port | undefined =>
  (stack.variables("firewall", server).firewall_ports as readonly Port[]).find(({ name }) => name === port);

const V4 = { address: "192.0.2.1" };
const V6 = { address: "2001:db8::2" };

test("servers of different families that need a connection are rejected with the remedy", () => {
  expect(() => servers(V4, V6)).toThrow(
    '"hub" (192.0.2.1) connects to node_exporter on "app" (2001:db8::2), but they have no addresses of the same family (IPv4 or IPv6): set secondAddress on one of them to its address of the other family',
  );
});

test("a second address of the destination bridges the families", () => {
  const stack = servers(V4, { ...V6, secondAddress: "192.0.2.2" });
  expect(JSON.stringify(stack.variables("prometheus", "hub").prometheus_targets)).toContain("192.0.2.2:9100");
  expect(portOf(stack, "app", "node_exporter_http")?.sources).toContain("192.0.2.1");
  expect(stack.inventory.all.hosts.app?.monitoring_place).toMatchObject({ second_address: "192.0.2.2" });
});

test("a second address of the source bridges the families", () => {
  const stack = servers({ ...V4, secondAddress: "2001:db8::1" }, V6);
  expect(JSON.stringify(stack.variables("prometheus", "hub").prometheus_targets)).toContain("[2001:db8::2]:9100");
  expect(portOf(stack, "app", "node_exporter_http")?.sources).toContain("2001:db8::1");
});

test.each([
  ["192.0.2.9", "secondAddress: 192.0.2.9 has the same family as 192.0.2.1: set the IP address of the other family"],
  ["app.example.com", "secondAddress: app.example.com is a host name: set the IP address of the other family"],
])("the second address %s is rejected", (secondAddress, message) => {
  expect(() => servers({ ...V4, secondAddress }, V4)).toThrow(message);
});

test("warns if technicians have no address of the family of a server", () => {
  const { warnings } = servers(V6, { address: "2001:db8::3" }, ["203.0.113.7/32"]);
  expect(warnings).toContain(
    'technicians: all blocks are IPv4, so technicians cannot reach servers without an IPv4 address ("app", "hub"). Add a block of the other family, or set secondAddress',
  );
  expect(servers(V4, { address: "192.0.2.2" }, ["203.0.113.7/32"]).warnings.join()).not.toContain("technicians:");
});
