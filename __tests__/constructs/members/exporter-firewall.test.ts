import {
  ExistingServer,
  FirewalledServer,
  FirewallMode,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Peer,
  Port,
  Prometheus,
} from "../../../constructs/index";
import { TerraformStack, Testing } from "cdktf";
import { AwsHub } from "../../support/aws-topology";
import { synth } from "../../support/synth";
import { Hub } from "../../support/topology";

/** Address of the hub, which depends on its name. */
const HUB = "198.18.12.236";

interface Ports {
  readonly firewall_ports: readonly { readonly name: string; readonly sources: readonly string[] }[];
}

test("allows only Prometheus and technicians to use an exporter", () => {
  const { hosts } = synth((stack) => {
    const topology = new Hub(stack);
    topology.member("app");
  }).run("firewall");
  expect(hosts.app).toMatchObject({
    firewall_mode: "guard",
    firewall_ports: [{ name: "node_exporter_http", protocol: "tcp", port: 9100, sources: ["198.18.0.1/32", HUB] }],
  });
  expect(hosts.hub).toMatchObject({
    firewall_ports: [
      { name: "node_exporter_http", sources: ["198.18.0.1/32"] },
      { name: "prometheus_http", sources: ["198.18.0.1/32"] },
      { name: "prometheus_api", sources: [] },
      { name: "gateway_http", sources: ["198.18.0.1/32"] },
    ],
  });
});

test("allows SSH and the application's ports in strict mode", () => {
  const { hosts } = synth((stack) => {
    const topology = new Hub(stack);
    const app = new MonitoredServer(stack, "app", {
      monitoring: topology.monitoring,
      server: topology.server("app"),
      firewall: FirewallMode.STRICT,
    });
    app.firewall.allow(Peer.anyIpv4(), Port.tcp(443));
    app.firewall.allow(Peer.ipv6("2001:db8::/48"), Port.tcp(443));
  }).run("firewall");
  expect(hosts.app).toMatchObject({
    firewall_mode: "strict",
    firewall_open: [{ protocol: "tcp", port: 443, sources: ["0.0.0.0/0", "2001:db8::/48"] }],
    firewall_ssh: { port: 22, sources: ["198.18.0.1/32"] },
  });
});

test("opens the application's ports in the cloud firewall of this server only", () => {
  const rules = synth((stack) => {
    const topology = new AwsHub(stack);
    topology.member("app").firewall.allow(Peer.anyIpv4(), Port.tcp(443), "the shop");
    topology.member("web");
  }).resource("test/monitoring/ingress-test-network").for_each as Record<string, { description: string }>;
  expect(rules["server-app tcp/443 from 0.0.0.0/0"]?.description).toBe("application application_443: the shop");
  expect(Object.keys(rules).filter((key) => key.includes("443"))).toHaveLength(1);
});

test("uses a peer's private address in its network, and the public address elsewhere", () => {
  const { hosts } = synth((stack) => {
    const topology = new AwsHub(stack);
    topology.member("app");
    const server = new ExistingServer(stack, "far-server", { address: "198.51.100.9" });
    new MonitoredServer(stack, "far", { monitoring: topology.monitoring, server });
  }).run("firewall");
  const sources = (name: string): string | undefined =>
    (hosts[name] as unknown as Ports).firewall_ports[0]?.sources.find((source) => source.includes("hub"));
  expect(sources("app")).toMatch(/^\$\{aws_instance\.hub-server_\w+\.private_ip\}$/);
  expect(sources("far")).toMatch(/^\$\{aws_instance\.hub-server_\w+\.public_ip\}$/);
});

describe("a FirewalledServer", () => {
  test("has exporters that only Prometheus and technicians can use", () => {
    const stack = synth((scope) => {
      const topology = new Hub(scope);
      new FirewalledServer(scope, "db", {
        monitoring: topology.monitoring,
        server: topology.server("db"),
        exporters: [{ job: "postgres", port: 9187 }],
      });
    });
    expect(stack.run("firewall").hosts.db).toMatchObject({
      firewall_ports: [{ name: "exporter_postgres", protocol: "tcp", port: 9187, sources: ["198.18.0.1/32", HUB] }],
    });
    expect(Object.keys(stack.run("node_exporter").hosts)).toEqual(["hub"]);
    expect(stack.run("prometheus").hosts.hub?.prometheus_targets).toContainEqual({
      job: "postgres",
      targets: [expect.objectContaining({ labels: { instance: "db", monitoring: "monitoring" } }) as unknown],
    });
  });

  test.each([
    [[{ job: "a b", port: 9187 }], '"a b" is not a valid job name'],
    [[{ job: "a", port: 0 }], 'exporters: "a": 0 is not a port'],
    [
      [
        { job: "a", port: 1 },
        { job: "a", port: 2 },
      ],
      'exporters: two exporters have the job "a": rename one of the jobs',
    ],
  ])("rejects the exporters %j", (exporters, message) => {
    const topology = new Hub(new TerraformStack(Testing.app(), "test"));
    const server = topology.server("db");
    expect(
      () => new FirewalledServer(topology.host, "db", { monitoring: topology.monitoring, server, exporters }),
    ).toThrow(`test/hub/db: ${message}`);
  });
});

test("rejects an allow rule for a component's port", () => {
  expect(() =>
    synth((stack) => {
      new Hub(stack).member("app").firewall.allow(Peer.anyIpv4(), Port.tcp(9100));
    }),
  ).toThrow(
    "port 9100/tcp belongs to test/app/node-exporter, and the access graph decides who reaches it: remove allow(…) for this port",
  );
});

test("rejects an allow rule for the port of a user-provided exporter", () => {
  expect(() =>
    synth((stack) => {
      const topology = new Hub(stack);
      const { monitoring } = topology;
      const server = topology.server("db");
      const db = new FirewalledServer(stack, "db", {
        monitoring,
        server,
        exporters: [{ job: "postgres", port: 9187 }],
      });
      db.firewall.allow(Peer.anyIpv4(), Port.tcp(9187));
    }),
  ).toThrow(
    "port 9187/tcp belongs to test/db, and the access graph decides who reaches it: remove allow(…) for this port",
  );
});

test("rejects a source with a host name only, because firewalls need addresses", () => {
  const build = (address: string): (() => unknown) => {
    return () =>
      synth((stack) => {
        const monitoring = new Monitoring(stack, "monitoring", { technicians: [] });
        const hub = new MonitoringHost(stack, "hub", {
          monitoring,
          server: new ExistingServer(stack, "hub-server", { address }),
        });
        new Prometheus(hub, "prometheus");
        const server = new ExistingServer(stack, "far-server", { address: "far.example.com" });
        new MonitoredServer(stack, "far", { monitoring, server });
      });
  };
  expect(build("hub.example.com")).toThrow(
    'test/hub-server has only the name "hub.example.com", but the firewalls of other servers need its IP address: set publicAddress',
  );
  expect(build("198.51.100.9")).not.toThrow();
});

describe("rejects", () => {
  test.each([
    [() => Peer.ipv4("203.0.113.7"), 'CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?'],
    [() => Peer.ipv4("2001:db8::/48"), '"2001:db8::/48" is not an IPv4 block'],
    [() => Port.tcp(0), "0 is not a port: use a whole number from 1 to 65535"],
    [() => Port.udp(65536), "65536 is not a port"],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});

test("allows SSH from a jump host in addition to controllers and technicians", () => {
  const { hosts } = synth((stack) => {
    const monitoring = new Monitoring(stack, "monitoring", {
      technicians: ["203.0.113.0/24"],
      controllers: ["10.0.0.1/32"],
    });
    const server = new ExistingServer(stack, "hub-server", {
      address: "10.0.0.7",
      jumpHost: "admin@198.51.100.1:2222",
    });
    const hub = new MonitoringHost(stack, "hub", { monitoring, server, firewall: FirewallMode.STRICT });
    new Prometheus(hub, "prometheus");
  }).run("firewall");
  expect(hosts.hub).toMatchObject({
    firewall_ssh: { port: 22, sources: ["10.0.0.1/32", "198.51.100.1/32", "203.0.113.0/24"] },
  });
});
