import { Alertmanager, Grafana, Loki, LokiProps, MonitoringHost, Secret, Transport } from "../../../constructs/index";
import { GatewayProps } from "../../../constructs";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const SERVER_LIMITS = { server_rate: 4 * 1024 * 1024, server_streams: 1000 };

interface Site {
  readonly kind: string;
  readonly port: number;
  readonly api_port: number;
  readonly readers?: readonly string[];
  readonly scrapers?: readonly string[];
}

const sitesOf = (stack: Synthesized, server = "hub"): readonly Site[] =>
  (stack.variables("gateway", server) as { gateway_sites: readonly Site[] }).gateway_sites;

/** Returns the ports that Prometheus scrapes in a job. */
function scrapedPorts(stack: Synthesized, name: string): readonly (string | undefined)[] {
  const { prometheus_targets: targets } = stack.variables("prometheus", "hub") as {
    prometheus_targets: { job: string; targets: { address: string }[] }[];
  };
  return targets
    .filter(({ job }) => job === name)
    .flatMap((each) => each.targets.map(({ address }) => address.split(":")[1]));
}

describe("with a plain transport, the gateway of a Loki", () => {
  /** Synthesizes a hub with Prometheus and Loki, Grafana on another host, and a member. */
  function stackWith(props: LokiProps = {}, gateway: GatewayProps = {}): Synthesized {
    return synth((stack) => {
      const hub = new Hub(stack, {}, { gateway, transport: Transport.plain() });
      new Loki(hub.host, "loki", props);
      const server = hub.server("dashboards");
      new Grafana(new MonitoringHost(stack, "dashboards", { monitoring: hub.monitoring, server }), "grafana");
      hub.member("app");
    });
  }

  test("accepts connections at the port of Loki, and forwards them to Loki on the loopback address", () => {
    const stack = stackWith({ port: 13100, apiPort: 13101 }, { port: 13180 });
    expect(stack.variables("gateway", "hub")).toMatchObject({
      gateway_port: 13180,
      gateway_sites: [{ kind: "loki", port: 13100, api_port: 13101 }],
    });
    expect(stack.variables("loki", "hub")).toMatchObject({ loki_port: 13101, monitoring_behind_gateway: true });
  });

  test("does not forward to a port that Loki cannot use", () => {
    expect(() => stackWith({ apiPort: 80 })).toThrow("apiPort: port 80 cannot be used");
  });

  test("lets Grafana and technicians query, and no other member", () => {
    const [loki] = sitesOf(stackWith());
    expect(loki?.readers).toHaveLength(2);
    expect(loki?.readers).toEqual(expect.arrayContaining([...(loki?.scrapers ?? [])]));
    // Prometheus runs on the same server, which the gateway recognizes by itself.
    expect(loki?.scrapers).toHaveLength(1);
  });

  test("is scraped, and no other server reaches Loki itself", () => {
    const stack = stackWith();
    expect([scrapedPorts(stack, "loki"), scrapedPorts(stack, "gateway")]).toEqual([["3100"], ["3180"]]);
    const { firewall_ports: allowed } = stack.variables("firewall", "hub") as {
      firewall_ports: { name: string; sources: string[] }[];
    };
    expect(allowed.find(({ name }) => name === "loki_api")?.sources).toEqual([]);
    expect(allowed.find(({ name }) => name === "loki_http")?.sources).not.toEqual([]);
  });

  test("serves no other component, and a host without Loki has no gateway", () => {
    const stack = stackWith();
    expect(sitesOf(stack).map(({ kind }) => kind)).toEqual(["loki"]);
    expect(Object.keys(stack.run("gateway").hosts)).toEqual(["hub"]);
    expect(stack.variables("prometheus", "hub")).toMatchObject({ prometheus_port: 9090 });
    expect(stack.variables("prometheus", "hub")).not.toHaveProperty("monitoring_behind_gateway");
  });
});

describe("with an encrypted transport, the gateway of a host", () => {
  function encrypted(gateway: GatewayProps = {}, tls?: { certificate: string; key: string }): Synthesized {
    return synth((stack) => {
      const hub = new Hub(stack, {}, { transport: Transport.mutualTls(), gateway });
      new Loki(hub.host, "loki");
      new Alertmanager(hub.host, "alertmanager");
      new Grafana(hub.host, "grafana", { tls });
      hub.member("app");
    });
  }

  test("serves all web UIs, and the components listen on the loopback address", () => {
    const stack = encrypted();
    expect(sitesOf(stack)).toEqual([
      { kind: "prometheus", port: 9090, api_port: 9190 },
      { kind: "alertmanager", port: 9093, api_port: 9193 },
      { kind: "loki", port: 3100, api_port: 3101, ...SERVER_LIMITS },
      { kind: "grafana", port: 3000, api_port: 3190 },
    ]);
    for (const [kind, port] of [
      ["prometheus", 9190],
      ["alertmanager", 9193],
      ["loki", 3101],
      ["grafana", 3190],
    ] as const)
      expect(stack.variables(kind, "hub")).toMatchObject({ [`${kind}_port`]: port, monitoring_behind_gateway: true });
  });

  test("leaves a Grafana with a certificate of the user alone", () => {
    const stack = encrypted({}, { certificate: "/etc/ssl/grafana.pem", key: "/etc/ssl/grafana.key" });
    expect(sitesOf(stack).map(({ kind }) => kind)).toEqual(["prometheus", "alertmanager", "loki"]);
    expect(stack.variables("grafana", "hub")).toMatchObject({ grafana_port: 3000 });
  });

  test("has a certificate and its clients, and the components connect with theirs", () => {
    const stack = encrypted();
    const certificate = (kind: string): unknown => stack.variables(kind, "hub").monitoring_certificate;
    expect(certificate("gateway")).toMatchObject({ clients: ["prometheus"], connects: [] });
    expect(certificate("prometheus")).toMatchObject({
      clients: [],
      connects: ["alertmanager", "gateway", "grafana", "log_agent", "loki", "node_exporter", "prometheus"],
    });
    expect(certificate("grafana")).toMatchObject({ clients: [], connects: ["alertmanager", "loki", "prometheus"] });
    expect(certificate("log_agent")).toMatchObject({ connects: ["loki"] });
    expect(certificate("alertmanager")).toBeUndefined();
  });

  test("is the destination of all URLs", () => {
    const stack = encrypted();
    expect(stack.variables("grafana", "hub").grafana_datasources).toMatchObject([
      { uid: "prometheus", url: expect.stringMatching(/^https:.*:9090$/) as string },
      { uid: "alertmanager", url: expect.stringMatching(/^https:.*:9093$/) as string },
      { uid: "loki", url: expect.stringMatching(/^https:.*:3100\/read$/) as string },
    ]);
    expect(stack.variables("loki", "hub")).toMatchObject({
      loki_alertmanagers: [expect.stringMatching(/^https:.*:9093$/)],
    });
    expect(stack.variables("prometheus", "hub")).toMatchObject({
      prometheus_external_url: expect.stringMatching(/^https:.*:9090$/) as string,
    });
  });

  test("creates the password of technicians, unless it is provided", () => {
    const name = "technician_password_command";
    expect(encrypted().json.output).toHaveProperty(
      [name, "value"],
      expect.stringContaining("cat /etc/gateway/password"),
    );
    const provided = encrypted({ technicianPassword: Secret.fromEnvironment("TECHNICIAN_PASSWORD") });
    expect(provided.json.output).not.toHaveProperty(name);
    expect(provided.run("gateway").vars.monitoring_secrets).toMatchObject([
      { name: "technician_password", environment: "TECHNICIAN_PASSWORD" },
    ]);
  });
});

describe("with web UIs by http", () => {
  const stack = synth((scope) => {
    const hub = new Hub(
      scope,
      { port: 19090, tlsPort: 19290 },
      { transport: Transport.mutualTls({ httpWebUis: true }) },
    );
    new Loki(hub.host, "loki");
    new Alertmanager(hub.host, "alertmanager");
    new Grafana(hub.host, "grafana");
    hub.member("app");
  });
  const allowedOn = (server: string): Readonly<Record<string, readonly string[]>> => {
    const { firewall_ports: ports } = stack.variables("firewall", server) as {
      firewall_ports: { name: string; port: number; sources: string[] }[];
    };
    return Object.fromEntries(ports.map(({ name, port, sources }) => [`${name} ${port}`, sources]));
  };

  test("technicians use the ports of the components, and other components use their ports for TLS", () => {
    expect(sitesOf(stack)).toEqual([
      { kind: "prometheus", port: 19290, api_port: 9190, web_port: 19090 },
      { kind: "alertmanager", port: 9293, api_port: 9193, web_port: 9093 },
      { kind: "loki", port: 3201, api_port: 3101, web_port: 3100, ...SERVER_LIMITS },
      { kind: "grafana", port: 3290, api_port: 3190, web_port: 3000 },
    ]);
    const app = "198.18.10.17";
    const technician = "198.18.0.1/32";
    expect(allowedOn("hub")).toMatchObject({
      "prometheus_web 19090": [technician],
      "prometheus_http 19290": [],
      "loki_web 3100": [technician],
      "loki_http 3201": [app],
    });
  });

  test("the URLs for technicians are those of the web UIs, and those of components begin with https", () => {
    const { output } = stack.json;
    expect(["prometheus", "alertmanager", "loki", "grafana"].map((kind) => output[`${kind}_url`]?.value)).toEqual(
      [19090, 9093, 3100, 3000].map((port) => `http://198.18.12.236:${port}`),
    );
    expect(stack.variables("grafana", "hub").grafana_datasources).toMatchObject([
      { uid: "prometheus", url: "https://198.18.12.236:19290" },
      { uid: "alertmanager", url: "https://198.18.12.236:9293" },
      { uid: "loki", url: "https://198.18.12.236:3201/read" },
    ]);
    expect(scrapedPorts(stack, "grafana")).toEqual(["3290"]);
  });

  test("the port for TLS must be one that the gateway can use", () => {
    const build = (): unknown =>
      synth((scope) => new Hub(scope, { tlsPort: 80 }, { transport: Transport.mutualTls({ httpWebUis: true }) }));
    expect(build).toThrow("tlsPort: port 80 cannot be used");
  });
});
