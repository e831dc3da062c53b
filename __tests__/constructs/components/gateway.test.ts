import { Grafana, Loki, LokiProps, MonitoringHost } from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

/** Synthesizes a hub with Prometheus and Loki, Grafana on another host, and a member. */
function stackWith(props: LokiProps = {}): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack);
    new Loki(hub.host, "loki", props);
    const server = hub.server("dashboards");
    new Grafana(new MonitoringHost(stack, "dashboards", { monitoring: hub.monitoring, server }), "grafana");
    hub.member("app");
  });
}

describe("the gateway of a Loki", () => {
  test("accepts connections at the port of Loki, and forwards them to Loki on the loopback address", () => {
    const stack = stackWith({ port: 13100, apiPort: 13101, gateway: { port: 13180 } });
    expect(stack.variables("gateway", "hub")).toMatchObject({
      gateway_port: 13180,
      gateway_loki: { port: 13100, api_port: 13101 },
    });
    expect(stack.variables("loki", "hub")).toMatchObject({ loki_port: 13101 });
  });

  test("lets Grafana and technicians query, and no other member", () => {
    const { gateway_loki: loki } = stackWith().variables("gateway", "hub") as {
      gateway_loki: { readers: string[]; scrapers: string[] };
    };
    expect(loki.readers).toHaveLength(2);
    expect(loki.readers).toEqual(expect.arrayContaining(loki.scrapers));
    // Prometheus runs on the same server, which the gateway recognizes by itself.
    expect(loki.scrapers).toHaveLength(1);
  });

  test("is scraped, and no other server reaches Loki itself", () => {
    const stack = stackWith();
    const { prometheus_targets: targets } = stack.variables("prometheus", "hub") as {
      prometheus_targets: { job: string; targets: { address: string }[] }[];
    };
    const ports = (job: string) =>
      targets
        .filter((each) => each.job === job)
        .flatMap((each) => each.targets.map(({ address }) => address.split(":")[1]));
    expect([ports("loki"), ports("gateway")]).toEqual([["3100"], ["3180"]]);
    const { firewall_ports: allowed } = stack.variables("firewall", "hub") as {
      firewall_ports: { name: string; sources: string[] }[];
    };
    expect(allowed.find(({ name }) => name === "loki_api")?.sources).toEqual([]);
    expect(allowed.find(({ name }) => name === "loki_http")?.sources).not.toEqual([]);
  });
});
