import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Alertmanager, GatewayProps, Grafana, GrafanaProps, MonitoringHost, Transport } from "../../../constructs";
import { AwsHub } from "../../support/aws-topology";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const NAMES = { grafana: "grafana.example.com", prometheus: "prometheus.example.com" };

/** Synthesizes a hub with Prometheus and Grafana, and Alertmanager on another host. */
function named(gateway: GatewayProps = { names: NAMES }, grafana: GrafanaProps = {}): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack, {}, { transport: Transport.mutualTls(), gateway });
    new Grafana(hub.host, "grafana", grafana);
    const alerts = new MonitoringHost(stack, "alerts", { monitoring: hub.monitoring, server: hub.server("alerts") });
    new Alertmanager(alerts, "alertmanager");
  });
}

interface AllowedPort {
  readonly name: string;
  readonly port: number;
  readonly sources: readonly string[];
}
const portsOf = (stack: Synthesized, server: string): readonly AllowedPort[] =>
  stack.variables("firewall", server).firewall_ports as readonly AllowedPort[];
const output = (stack: Synthesized, name: string): unknown =>
  (stack.json.output as Record<string, { value: unknown }>)[name]?.value;

describe("host names of a gateway", () => {
  it("are served by the gateway of their component, with certificates of Let's Encrypt", () => {
    const stack = named();
    expect(stack.variables("gateway", "hub")).toMatchObject({
      gateway_sites: [
        { kind: "prometheus", name: "prometheus.example.com" },
        { kind: "grafana", name: "grafana.example.com" },
      ],
      gateway_acme: { directory: "https://acme-v02.api.letsencrypt.org/directory", email: "", authorities: "" },
      gateway_name_ports: { http: 80, https: 443 },
    });
    expect(stack.variables("gateway", "alerts")).not.toHaveProperty("gateway_acme");
  });

  it("open port 80 to every address, and port 443 to technicians, on their server only", () => {
    const stack = named();
    const open = (server: string): Record<string, readonly string[]> =>
      Object.fromEntries(
        portsOf(stack, server)
          .filter(({ port }) => port < 1024)
          .map(({ name, port, sources }) => [`${name} ${port}`, sources]),
      );
    expect(open("hub")).toEqual({
      "gateway_challenges 80": ["0.0.0.0/0", "::/0"],
      "gateway_names 443": ["198.18.0.1/32"],
    });
    expect(open("alerts")).toEqual({});
  });

  it("open the same ports in security groups of EC2", () => {
    const stack = synth((scope) => {
      const gateway = { names: { prometheus: NAMES.prometheus } };
      new AwsHub(scope, { monitoring: { transport: Transport.mutualTls(), gateway } });
    });
    const rules = stack.resource("test/monitoring/ingress-test-network").for_each as Record<
      string,
      Record<string, unknown>
    >;
    const open = Object.values(rules).filter(({ port }) => port === 80 || port === 443);
    expect(open.map(({ port, ipv4, ipv6 }) => [port, ipv4 ?? ipv6])).toEqual([
      [443, "203.0.113.7/32"],
      [80, "0.0.0.0/0"],
      [80, "::/0"],
    ]);
    expect(stack.warnings.filter((warning) => warning.includes("without TLS"))).toEqual([]);
  });

  it("are the URLs of the web UIs, in outputs, notifications and redirects of Grafana", () => {
    const stack = named();
    expect(output(stack, "grafana_url")).toBe("https://grafana.example.com");
    expect(output(stack, "prometheus_url")).toBe("https://prometheus.example.com");
    expect(output(stack, "alertmanager_url")).toMatch(/^https:\/\/198\.18\..*:9093$/);
    expect(stack.variables("grafana", "hub").grafana_url).toBe("https://grafana.example.com");
    expect(stack.variables("prometheus", "hub").prometheus_external_url).toBe("https://prometheus.example.com");
    expect(stack.variables("alertmanager", "alerts").alertmanager_grafana_url).toBe("https://grafana.example.com");
  });

  it("leave the connections between components as they are", () => {
    const [source] = named().variables("grafana", "hub").grafana_datasources as { url: string }[];
    expect(source?.url).toMatch(/^https:\/\/198\.18\..*:9090$/);
  });

  it("are optional: a gateway without names has no further ports and variables", () => {
    const stack = named({});
    expect(portsOf(stack, "hub").filter(({ port }) => port < 1024)).toEqual([]);
    expect(Object.keys(stack.variables("gateway", "hub"))).not.toContain("gateway_acme");
    expect(output(stack, "grafana_url")).toMatch(/:3000$/);
  });

  it("get certificates of a private ACME server, which shows a certificate of its own authority", () => {
    const folder = mkdtempSync(join(tmpdir(), "acme-"));
    const acmeAuthority = join(folder, "ca.pem");
    const settings = {
      acmeDirectory: "https://ca.corp.internal:9000/acme/acme/directory",
      acmeEmail: "ops@corp.internal",
    };
    const names = { grafana: "grafana.corp.internal" };
    const synthesis = (): Synthesized => named({ names, ...settings, acmeAuthority });
    expect(synthesis).toThrow(`gateway: acmeAuthority: "${acmeAuthority}" does not exist: use the path of a PEM file`);
    writeFileSync(acmeAuthority, "-----BEGIN PRIVATE KEY-----\n");
    expect(synthesis).toThrow(
      `acmeAuthority: "${acmeAuthority}" is not a PEM file with certificates and without a key`,
    );
    writeFileSync(acmeAuthority, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    expect(synthesis().variables("gateway", "hub").gateway_acme).toEqual({
      directory: settings.acmeDirectory,
      email: settings.acmeEmail,
      authorities: "acme/authorities.pem",
    });
    rmSync(folder, { recursive: true });
  });

  it.each<[GatewayProps, string]>([
    [
      { names: { loki: "loki.example.com" } },
      'names: "loki" cannot have a host name: use grafana, prometheus, alertmanager',
    ],
    [{ names: { grafana: "*.example.com" } }, 'names: grafana: "*.example.com" is a wildcard'],
    [
      { names: { grafana: "a.example.com", prometheus: "a.example.com" } },
      'names: "a.example.com" is the name of both grafana and prometheus',
    ],
    [{ names: NAMES, acmeEmail: "ops" }, 'acmeEmail: "ops" is not an email address'],
    [{ names: NAMES, acmeDirectory: "http://ca.test/dir" }, 'acmeDirectory: "http://ca.test/dir" is not the https URL'],
    [{ acmeEmail: "ops@example.com" }, "acmeEmail: no certificate is requested, because names is empty"],
  ])("are rejected in %j", (gateway, message) => {
    expect(() => named(gateway)).toThrow(`monitoring: gateway: ${message}`);
  });

  it("need a component that the gateway can serve at one server", () => {
    const tls = { certificate: "/etc/ssl/grafana.pem", key: "/etc/ssl/grafana.key" };
    expect(() => named({ names: NAMES }, { tls })).toThrow("which has the prop tls and serves TLS itself");
    expect(() => named({ names: NAMES }, { url: "https://g.example.com" })).toThrow(
      'url: "https://g.example.com" is set, but the gateway serves Grafana as "grafana.example.com"',
    );
    const without = (): Synthesized =>
      synth((stack) => new Hub(stack, {}, { transport: Transport.mutualTls(), gateway: { names: NAMES } }));
    expect(without).toThrow('names, grafana: "grafana.example.com" is the name of a component that no host has');
    const two = (): Synthesized =>
      synth((stack) => {
        const names = { alertmanager: "alerts.example.com" };
        const hub = new Hub(stack, {}, { transport: Transport.mutualTls(), gateway: { names } });
        new Alertmanager(hub.host, "alertmanager");
        const second = new MonitoringHost(stack, "b", { monitoring: hub.monitoring, server: hub.server("b") });
        new Alertmanager(second, "alertmanager");
      });
    expect(two).toThrow('"alerts.example.com" would be the name of');
  });

  it("need an encrypted transport, also between technicians and servers", () => {
    const build =
      (transport: Transport): (() => Synthesized) =>
      () =>
        synth((stack) => new Hub(stack, {}, { transport, gateway: { names: NAMES } }));
    expect(build(Transport.plain())).toThrow(
      "gateway: names: host names need an encrypted transport, but the transport is plain",
    );
    expect(build(Transport.mutualTls({ httpWebUis: true }))).toThrow(
      "gateway: names: browsers open host names by https, but httpWebUis lets them open the same web UIs by http",
    );
  });
});
