import { TerraformStack, Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Alertmanager,
  AlertmanagerProps,
  ExistingNetwork,
  ExistingServer,
  Monitoring,
  MonitoringHost,
  MonitoringProps,
  Prometheus,
  Receiver,
  Secret,
  Transport,
} from "../../../constructs/index";
import { readTable } from "../../support/access-documents";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

/** Synthesizes a stack with Alertmanagers on the hub and on further hosts. */
function clustered(
  others: readonly string[],
  props: AlertmanagerProps = {},
  monitoring: Partial<MonitoringProps> = {},
): Synthesized {
  return synth((stack) => {
    place(stack, others, props, monitoring);
  });
}

function place(
  stack: TerraformStack,
  others: readonly string[],
  props: AlertmanagerProps = {},
  monitoring: Partial<MonitoringProps> = {},
): Hub {
  const hub = new Hub(stack, {}, monitoring);
  new Alertmanager(hub.host, "alertmanager", props);
  for (const name of others) {
    const host = new MonitoringHost(stack, name, { monitoring: hub.monitoring, server: hub.server(name) });
    new Alertmanager(host, "alertmanager", props);
  }
  return hub;
}

const config = (stack: Synthesized, server = "hub"): string =>
  readFileSync(join(stack.directory, "files/alertmanager", server, "alertmanager.yml"), "utf8");

describe("a single Alertmanager", () => {
  test("has no cluster port", () => {
    const stack = clustered([]);
    expect(stack.variables("alertmanager", "hub")).toMatchObject({
      alertmanager_port: 9193,
      alertmanager_external_url: "https://198.18.12.236:9093",
      alertmanager_retention: "120h",
      alertmanager_cluster_address: "",
      alertmanager_cluster_peers: [],
      alertmanager_grafana_url: "",
      alertmanager_extra_flags: [],
    });
    expect(readTable(accessOf(stack)).filter((row) => row.includes("cluster"))).toEqual([]);
    expect(portsOf(stack, "hub")).toEqual([
      "node_exporter_http",
      "prometheus_http",
      "prometheus_api",
      "gateway_http",
      "alertmanager_http",
      "alertmanager_api",
    ]);
  });

  test("receives alerts from Prometheus, and is scraped once", () => {
    const variables = clustered([]).variables("prometheus", "hub");
    expect(variables.prometheus_alertmanagers).toEqual([{ address: "198.18.12.236:9093" }]);
    expect(variables.prometheus_targets).toContainEqual({
      job: "alertmanager",
      scheme: "https",
      certificate: true,
      targets: [{ address: "198.18.12.236:9093", labels: { instance: "hub", monitoring: "monitoring" } }],
    });
  });

  test("gets its configuration as files, and secrets as references", () => {
    const receivers = [Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })];
    const stack = clustered([], {}, { receivers });
    expect(config(stack)).toContain("api_url_file: /etc/alertmanager/secrets/ops.");
    expect(stack.variables("alertmanager", "hub").monitoring_secrets).toEqual([
      { name: expect.stringMatching(/^ops\./) as string, environment: "SLACK_WEBHOOK_URL", version: "1", url: true },
    ]);
  });
});

describe("Alertmanagers on several hosts", () => {
  const stack = clustered(["second", "third"], { clusterPort: 19094 });

  test("get their own cluster address and those of the others", () => {
    const [hub, second, third] = ["hub", "second", "third"].map((name) => stack.variables("alertmanager", name));
    const all = [hub, second, third].map((variables) => String(variables?.alertmanager_cluster_address));
    expect(new Set(all).size).toBe(3);
    expect(all[0]).toBe("198.18.12.236:19094");
    expect(hub?.alertmanager_cluster_peers).toEqual([all[1], all[2]]);
    expect(second?.alertmanager_cluster_peers).toEqual([all[0], all[2]]);
    expect(third?.alertmanager_cluster_peers).toEqual([all[0], all[1]]);
  });

  test.each([
    ["TCP", Transport.mutualTls(), ["tcp"]],
    ["TCP and UDP without encryption", Transport.plain(), ["tcp", "udp"]],
  ])("restrict the cluster port to each other, on %s", (_, transport, protocols) => {
    const cluster = clustered(["second", "third"], { clusterPort: 19094 }, { transport });
    const rows = readTable(accessOf(cluster)).filter((row) => row.includes("19094"));
    expect(rows).not.toEqual([]);
    for (const row of rows) expect(row).toMatch(/^alertmanager on .*shares silences and notifications in its cluster$/);
    const gossip = firewall(cluster, "second").filter(({ name }) => name.startsWith("alertmanager_cluster"));
    expect(gossip.map(({ name, protocol, port }) => [name, protocol, port])).toEqual(
      protocols.map((protocol) => [`alertmanager_cluster_${protocol}`, protocol, 19094]),
    );
    for (const { sources } of gossip) expect(sources).toHaveLength(2);
  });

  test("all receive alerts from Prometheus, and all are scraped", () => {
    const { prometheus_alertmanagers: alertmanagers, prometheus_targets: jobs } = stack.variables(
      "prometheus",
      "hub",
    ) as {
      prometheus_alertmanagers: unknown[];
      prometheus_targets: { job: string; targets: unknown[] }[];
    };
    expect(alertmanagers).toHaveLength(3);
    expect(jobs.find(({ job }) => job === "alertmanager")?.targets).toHaveLength(3);
  });

  test("share one configuration and one list of secrets", () => {
    const receivers = [Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") })];
    const two = clustered(["second"], {}, { receivers });
    expect(config(two, "second")).toBe(config(two));
    expect(two.run("alertmanager").vars.monitoring_secrets).toHaveLength(1);
  });

  test("have one output each", () => {
    expect(Object.keys(stack.json.output)).toEqual(
      expect.arrayContaining(["alertmanager_url", "alertmanager_url_second", "alertmanager_url_third"]),
    );
  });

  test("are rejected if there are more than three", () => {
    const scope = new TerraformStack(Testing.app(), "test");
    expect(() => place(scope, ["b", "c", "d"])).toThrow(
      "test/d/alertmanager: the monitoring already has 3 Alertmanagers, and more only add traffic: remove one",
    );
  });

  /** Synthesizes three Alertmanagers, of which the first ones share a network. */
  const spread = (together: number): Synthesized =>
    synth((scope) => {
      const monitoring = new Monitoring(scope, "monitoring", { technicians: ["192.0.2.1/32"] });
      const lan = new ExistingNetwork(scope, "lan");
      ["a", "b", "c"].forEach((name, index) => {
        const inside = index < together ? { network: lan, privateAddress: `10.0.0.${index + 1}` } : {};
        const server = new ExistingServer(scope, `${name}-server`, {
          name,
          address: `203.0.113.${index + 1}`,
          user: "debian",
          ...inside,
        });
        const host = new MonitoringHost(scope, name, { monitoring, server });
        if (name === "a") new Prometheus(host, "prometheus");
        new Alertmanager(host, "alertmanager");
      });
    });

  test.each([
    [3, "10.0.0.1:9094", ["10.0.0.2:9094", "10.0.0.3:9094"]],
    [0, "203.0.113.1:9094", ["203.0.113.2:9094", "203.0.113.3:9094"]],
  ])("use addresses that all of them can reach if %i share a network", (together, own, peers) => {
    expect(spread(together).variables("alertmanager", "a")).toMatchObject({
      alertmanager_cluster_address: own,
      alertmanager_cluster_peers: peers,
    });
  });

  test("are rejected if only some share a network", () => {
    expect(() => spread(2)).toThrow(
      '[test/a/alertmanager] only some of the other Alertmanagers are in the network of "a", but an Alertmanager advertises one address: place all of them in one network, or each in a network of its own',
    );
  });
});

test.each<[AlertmanagerProps, string]>([
  [{ port: 80 }, "port 80 cannot be used"],
  [{ clusterPort: 80 }, "port 80 cannot be used"],
  [{ retention: "a week" }, 'retention: "a week" is not a duration such as "15s", "1h30m" or "30d"'],
  [
    { extraFlags: ["--cluster.peer=10.0.0.1:9094"] },
    "extraFlags: cdktf-monitoring depends on the value of --cluster.peer: remove the flag",
  ],
])("rejects %j", (props, message) => {
  const stack = new TerraformStack(Testing.app(), "test");
  expect(() => place(stack, [], props)).toThrow(`test/hub/alertmanager: ${message}`);
});

test("rejects a retention that is shorter than an interval of the routing", () => {
  expect(() => clustered([], { retention: "6h" })).toThrow(
    '[test/hub/alertmanager] retention: "6h" is shorter than the longest repeat interval of the routing (repeatInterval: "12h")',
  );
  expect(() => clustered([], {}, { routing: { repeatInterval: "6d" } })).toThrow('retention: "120h" is shorter');
  expect(() => clustered([], { retention: "7d" }, { routing: { repeatInterval: "6d" } })).not.toThrow();
});

describe("the synthesis warns once", () => {
  test("if there are no receivers", () => {
    expect(clustered(["b"]).warnings).toEqual([
      expect.stringContaining("there are no receivers, so nobody is notified of alerts"),
    ]);
  });

  test("if there is no dead man's switch", () => {
    const ops = Receiver.slack("ops", { webhookUrl: Secret.fromEnvironment("SLACK_WEBHOOK_URL") });
    expect(clustered(["b"], {}, { receivers: [ops] }).warnings).toEqual([
      expect.stringContaining("there is no deadMansSwitch, so nobody is notified if the monitoring itself is down"),
    ]);
    const outside = Receiver.healthchecks("outside", { pingUrl: Secret.fromEnvironment("HEALTHCHECKS_URL") });
    expect(clustered(["b"], {}, { receivers: [ops], deadMansSwitch: outside }).warnings).toEqual([]);
  });
});

function accessOf(stack: Synthesized): string {
  return readFileSync(join(stack.directory, "access.md"), "utf8");
}

function firewall(
  stack: Synthesized,
  server: string,
): readonly { name: string; protocol: string; port: number; sources: readonly string[] }[] {
  return stack.variables("firewall", server).firewall_ports as ReturnType<typeof firewall>;
}

function portsOf(stack: Synthesized, server: string): string[] {
  return firewall(stack, server).map(({ name }) => name);
}
