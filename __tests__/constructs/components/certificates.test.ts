import { Alertmanager, Certificates, Loki, MonitoringHost, Secret, Transport } from "../../../constructs";
import { Synthesized, synth } from "../../support/synth";
import { Hub } from "../../support/topology";

const encrypted = (more: (hub: Hub) => void = () => undefined): Synthesized =>
  synth((stack) => {
    const hub = new Hub(stack);
    hub.member("app");
    more(hub);
  });

/** A cluster on the hub and two other hosts. */
const cluster = (add: (host: MonitoringHost) => void): Synthesized =>
  encrypted((hub) => {
    const hosts = ["b", "c"].map(
      (name) => new MonitoringHost(hub.monitoring, name, { monitoring: hub.monitoring, server: hub.server(name) }),
    );
    for (const host of [hub.host, ...hosts]) add(host);
  });

const plain = (): Synthesized =>
  synth((stack) => {
    new Hub(stack, {}, { transport: Transport.plain() }).member("app");
  });

describe("with an encrypted transport", () => {
  test("Prometheus scrapes the node exporters by TLS, with its certificate", () => {
    const { hosts } = encrypted().run("prometheus");
    expect(hosts.hub?.prometheus_targets).toMatchObject([
      { job: "gateway", scheme: "https", certificate: true },
      { job: "node", scheme: "https", certificate: true },
      { job: "prometheus", scheme: "https", certificate: true, targets: [{ address: "198.18.12.236:9090" }] },
    ]);
  });

  test("each node exporter gets a certificate for its addresses, and accepts Prometheus only", () => {
    const { vars, hosts } = encrypted().run("node_exporter");
    expect({ ...vars, ...hosts.app }.monitoring_certificate).toMatchObject({
      authority: { server: "hub" },
      addresses: ["198.18.10.17"],
      clients: ["prometheus"],
    });
  });

  test("a component that only connects gets a certificate too, and accepts nobody", () => {
    expect(encrypted().run("prometheus").hosts.hub?.monitoring_certificate).toMatchObject({ clients: [] });
  });

  test("a component without encrypted connections gets no certificate", () => {
    const { hosts } = encrypted((hub) => new Alertmanager(hub.host, "alertmanager")).run("alertmanager");
    expect(hosts.hub).not.toHaveProperty("monitoring_certificate");
  });

  test("Alertmanagers of a cluster get certificates, accept each other, and use TCP only", () => {
    const stack = cluster((host) => new Alertmanager(host, "alertmanager"));
    expect(stack.run("alertmanager").hosts.b?.monitoring_certificate).toMatchObject({ clients: ["alertmanager"] });
    const ports = stack.run("firewall").hosts.b?.firewall_ports as { name: string }[];
    expect(ports.map(({ name }) => name)).toContain("alertmanager_cluster_tcp");
    expect(ports.map(({ name }) => name)).not.toContain("alertmanager_cluster_udp");
  });

  test("Lokis of a cluster get certificates, and accept each other", () => {
    const s3 = {
      bucket: "logs",
      region: "eu-central-1",
      accessKey: Secret.fromEnvironment("A"),
      secretKey: Secret.fromEnvironment("B"),
    };
    const stack = cluster((host) => new Loki(host, "loki", { s3 }));
    expect(stack.run("loki").hosts.b?.monitoring_certificate).toMatchObject({ clients: ["loki"] });
  });

  test("a log agent gets a certificate, and accepts Prometheus", () => {
    const stack = encrypted((hub) => new Loki(hub.host, "loki"));
    expect(
      { ...stack.run("log_agent").vars, ...stack.run("log_agent").hosts.app }.monitoring_certificate,
    ).toMatchObject({
      addresses: ["198.18.10.17"],
      clients: ["prometheus"],
    });
    expect(stack.run("prometheus").hosts.hub?.prometheus_targets).toContainEqual(
      expect.objectContaining({ job: "log_agent", scheme: "https", certificate: true }),
    );
  });

  test("a single Loki, whose gRPC stays on the loopback address, accepts nobody and connects to Prometheus", () => {
    const { hosts } = encrypted((hub) => new Loki(hub.host, "loki")).run("loki");
    expect(hosts.hub?.monitoring_certificate).toMatchObject({ clients: [], connects: ["prometheus"] });
  });

  test("the authority is on the server of Prometheus, wherever other components are", () => {
    const stack = encrypted((hub) => {
      const other = new MonitoringHost(hub.monitoring, "a", { monitoring: hub.monitoring, server: hub.server("a") });
      new Alertmanager(other, "alertmanager");
    });
    expect(Object.keys(stack.run("certificate_authority").hosts)).toEqual(["hub"]);
    expect(stack.run("certificate_authority").hosts.hub).toEqual({ monitoring_on_move: "keepData" });
  });

  test("a deploy repeats a run as soon as its certificates must be replaced", () => {
    const record = 'jsondecode(file("../../../.cdktf-monitoring/test/certificates/node_exporter.json"))';
    expect(encrypted().nullResource("test/monitoring/node_exporter/Resource").triggers).toMatchObject({
      certificates: `\${try(${record}.renewals + (timecmp(plantimestamp(), ${record}.due) >= 0 ? 1 : 0), 0)}`,
    });
  });

  test("the runs of components wait for the authority, which stays when others are cleaned up", () => {
    const stack = encrypted();
    expect(stack.nullResource("test/monitoring/node_exporter/Resource").depends_on).toContain(
      "null_resource.monitoring_certificate_authority_90E53475",
    );
    expect(stack.run("cleanup").hosts.hub?.monitoring_components).toContain("certificate_authority");
    expect(stack.run("cleanup").hosts.app?.monitoring_components).not.toContain("certificate_authority");
  });
});

test("with a plain transport there is no authority and no certificate", () => {
  const stack = plain();
  expect(stack.paths.filter((path) => path.includes("authority"))).toEqual([]);
  expect(JSON.stringify(stack.inventory)).not.toContain("certificate");
});

describe("with certificates of the user", () => {
  const own = (certificates: Certificates): Synthesized =>
    synth((stack) => {
      new Hub(stack, {}, { transport: Transport.mutualTls({ certificates }) }).member("app");
    });

  test("each component gets references to its files, and no authority exists", () => {
    const stack = own(Certificates.fromFiles("pki"));
    const { vars, hosts } = stack.run("node_exporter");
    expect({ ...vars, ...hosts.app }.monitoring_certificate).toEqual({
      own: {
        authority: { name: "authority", file: "pki/authority.pem", version: "1" },
        certificate: { name: "certificate", file: "pki/app/node_exporter.pem", version: "1" },
        key: { name: "key", file: "pki/app/node_exporter-key.pem", version: "1" },
      },
      addresses: ["198.18.10.17"],
      clients: ["prometheus"],
      connects: [],
    });
    expect(stack.paths.filter((path) => path.includes("authority"))).toEqual([]);
    expect(stack.run("cleanup").hosts.hub?.monitoring_components).not.toContain("certificate_authority");
    expect(stack.nullResource("test/monitoring/node_exporter/Resource").triggers).not.toHaveProperty("certificates");
  });

  test("the synthesis names the components that have no certificate", () => {
    const secret = Secret.fromEnvironment("X");
    const certificates = Certificates.fromSecrets({
      authority: secret,
      components: [{ server: "app", component: "node_exporter", certificate: secret, key: secret }],
    });
    expect(() => own(certificates)).toThrow(
      'prometheus has no certificate: add { server: "hub", component: "prometheus", certificate, key } to Certificates.fromSecrets',
    );
  });
});
