import { App, TerraformStack, Testing } from "cdktf";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { LocalNetwork, LocalServer, MonitoredServer, Monitoring, MonitoringHost, Prometheus } from "../../constructs";
import { synth, synthApp } from "../support/synth";
import { Hub } from "../support/topology";

/** Returns a function that synthesizes a stack. */
const synthesis =
  (build: (stack: TerraformStack) => void): (() => unknown) =>
  () =>
    synth(build);

describe("a monitoring", () => {
  test("has a run per kind of component and a cleanup run", () => {
    const { paths } = synth((stack) => {
      new Hub(stack).member("app");
    });
    expect(paths.filter((path) => path.startsWith("test/monitoring/")).sort()).toEqual([
      "test/monitoring/artifacts",
      "test/monitoring/certificate_authority/Resource",
      "test/monitoring/firewall/Resource",
      "test/monitoring/gateway/Resource",
      "test/monitoring/members",
      "test/monitoring/names",
      "test/monitoring/node_exporter/Resource",
      "test/monitoring/owner",
      "test/monitoring/placements",
      "test/monitoring/prometheus/Resource",
      "test/monitoring/reconcile/Resource",
    ]);
  });

  test("has the same number of Terraform blocks for one server and for thirty", () => {
    const blocks = (servers: number): number =>
      synth((stack) => {
        const hub = new Hub(stack);
        for (let index = 0; index < servers; index++) hub.member(`app-${index}`);
      }).paths.length;
    expect(blocks(30)).toBe(blocks(1));
  });

  test("has no run that waits for a run on all servers, except for that of the certificate authority", () => {
    const stack = synth((scope) => {
      new Hub(scope).member("app");
    });
    const waits = (run: string): string[] =>
      (stack.nullResource(`test/monitoring/${run}/Resource`).depends_on ?? []).map((address) =>
        address.replace(/_[0-9A-F]{8}$/, ""),
      );
    const preparation = ["members", "names", "artifacts", "certificate_authority"].map(
      (step) => `null_resource.monitoring_${step}`,
    );
    expect(waits("node_exporter")).toEqual(preparation);
    expect(waits("prometheus")).toEqual(preparation);
    expect(waits("certificate_authority")).toEqual(preparation.slice(0, 3));
    expect(waits("reconcile")).toEqual([
      ...preparation.slice(0, 3),
      "null_resource.monitoring_prometheus",
      "null_resource.monitoring_gateway",
    ]);
  });

  test("passes the components of each server to the cleanup run", () => {
    const { hosts } = synth((stack) => {
      new Hub(stack).member("app");
    }).run("cleanup");
    expect(hosts.hub?.monitoring_components).toEqual([
      "certificate_authority",
      "firewall",
      "gateway",
      "node_exporter",
      "prometheus",
    ]);
    expect(hosts.app?.monitoring_components).toEqual(["firewall", "node_exporter"]);
  });

  test("has outputs with fixed names", () => {
    const { output } = synth((stack) => {
      new Hub(stack);
    }).json;
    expect(Object.keys(output).sort()).toEqual(["inventory", "prometheus_url", "runs", "technician_password_command"]);
    expect(output.prometheus_url?.value).toMatch(/^https:\/\/198\.18\.\d+\.\d+:9090$/);
  });

  test("adds the null provider if the user has not", () => {
    const build = (own: boolean): readonly unknown[] | undefined =>
      synth((stack) => {
        new Hub(stack);
        if (own) new NullProvider(stack, "mine");
      }).json.provider.null;
    expect(build(false)).toHaveLength(1);
    expect(build(true)).toHaveLength(1);
  });

  test("depends on the machine only by the path of the state", () => {
    const build = (): string =>
      JSON.stringify({ ...synth((stack) => new Hub(stack).member("app")).json, terraform: undefined });
    expect(build()).toBe(build());
    expect(build()).not.toContain(process.cwd());
  });
});

test("has no runs with provision: false, but an output with their commands", () => {
  const stack = synth((scope) => {
    new Hub(scope, {}, { provision: false }).member("app");
  });
  expect(stack.paths.filter((path) => path.startsWith("test/monitoring/"))).toEqual(["test/monitoring/owner"]);
  expect(JSON.parse(String(stack.json.output.runs?.value))).toEqual(
    ["firewall", "certificate_authority", "node_exporter", "prometheus", "gateway", "cleanup"].map((name) => ({
      name,
      command: expect.stringMatching(
        new RegExp(`^exec python3 -E -s -B -X utf8 assets/\\S+/run\\.py ${name}( --files files/${name})?$`),
      ) as string,
      state: "../../../.cdktf-monitoring/test",
    })),
  );
  expect(Object.keys(stack.inventory.all.children)).toContain("run_prometheus");
});

test("separates the runs and outputs of two monitorings in one stack", () => {
  const stack = synth((scope) => {
    const first = new Hub(scope);
    const second = new Monitoring(scope, "second", { technicians: [], outputPrefix: "second_", name: "second" });
    const server = first.server("other");
    new Prometheus(new MonitoringHost(scope, "other", { monitoring: second, server }), "prometheus");
  });
  const state = (path: string): string | undefined =>
    stack.nullResource(path).provisioner?.[0]?.["local-exec"].environment.MONITORING_STATE;
  expect(state("test/monitoring/prometheus/Resource")).toBe("../../../.cdktf-monitoring/test");
  expect(state("test/second/prometheus/Resource")).toBe("../../../.cdktf-monitoring/test-second_");
  expect(Object.keys(stack.json.output).sort()).toEqual([
    "inventory",
    "prometheus_url",
    "runs",
    "second_inventory",
    "second_prometheus_url",
    "second_runs",
    "second_technician_password_command",
    "technician_password_command",
  ]);
});

describe("members and components", () => {
  test("give the same result in any order", () => {
    const build = (last: boolean): unknown =>
      synth((stack) => {
        const network = new LocalNetwork(stack, "network", { published: false });
        const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway] });
        const app = (): unknown =>
          new MonitoredServer(stack, "app", { monitoring, server: new LocalServer(stack, "app-server", { network }) });
        if (!last) app();
        const host = new MonitoringHost(stack, "hub", {
          monitoring,
          server: new LocalServer(stack, "hub-server", { network }),
        });
        new Prometheus(host, "prometheus");
        if (last) app();
      }).run("prometheus");
    expect(build(true)).toEqual(build(false));
  });

  test("find their host from any depth of scopes", () => {
    class Wrapper extends Prometheus {}
    const group = synth((stack) => {
      const hub = new Hub(stack);
      expect(hub.prometheus.member).toBe(hub.host);
      expect(() => new Wrapper(hub.host._nodeExporter, "nested")).toThrow(
        "the server already has a prometheus (test/hub/prometheus)",
      );
    }).run("prometheus");
    expect(Object.keys(group.hosts)).toEqual(["hub"]);
  });

  test("can be in another stack of the app", () => {
    const stacks = synthApp((app) => {
      const here = new TerraformStack(app, "here");
      const there = new TerraformStack(app, "there");
      const network = new LocalNetwork(there, "network", { published: false });
      const monitoring = new Monitoring(here, "monitoring", { technicians: [network.gateway] });
      const hub = new MonitoringHost(there, "hub", {
        monitoring,
        server: new LocalServer(there, "hub-server", { network }),
      });
      new Prometheus(hub, "prometheus");
    });
    const server = stacks.get("here").inventory.all.hosts.hub?.monitoring_server as { id: string };
    expect(server.id).toMatch(/^\$\{data\.terraform_remote_state\..*\.outputs\..*\["hub"\]\}$/);
    expect(stacks.get("there").paths).toEqual([
      "there/network/Resource",
      "there/network/removal",
      "there/network/server",
    ]);
  });
});

test("accepts all sources with allowFromAnywhere, and normalizes CIDR blocks", () => {
  const stack = new TerraformStack(Testing.app(), "test");
  const technicians = ["0.0.0.0/0", "2001:DB8:0::/48"];
  const monitoring = new Monitoring(stack, "monitoring", { technicians, allowFromAnywhere: true });
  expect(monitoring.technicians).toEqual(["0.0.0.0/0", "2001:db8::/48"]);
  expect(monitoring.controllers).toEqual(monitoring.technicians);
});

describe("the constructor rejects", () => {
  test.each([
    [
      "203.0.113.7",
      'test/monitoring: technicians: CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?',
    ],
    ["anywhere", 'test/monitoring: technicians: "anywhere" is not a CIDR block'],
    ["0.0.0.0/0", 'test/monitoring: technicians: "0.0.0.0/0" is wider than the network of any single organization'],
  ])("technicians: %s", (technician, message) => {
    const stack = new TerraformStack(Testing.app(), "test");
    expect(() => new Monitoring(stack, "monitoring", { technicians: [technician] })).toThrow(message);
  });

  test("overlapping controllers", () => {
    const stack = new TerraformStack(Testing.app(), "test");
    const controllers = ["203.0.113.0/24", "203.0.113.7/32"];
    expect(() => new Monitoring(stack, "monitoring", { technicians: [], controllers })).toThrow(
      'test/monitoring: controllers: "203.0.113.7/32" is part of "203.0.113.0/24"',
    );
  });

  test("a component without a host in its scope", () => {
    const stack = new TerraformStack(Testing.app(), "test");
    expect(() => new Prometheus(stack, "prometheus")).toThrow(
      'test/prometheus: no server is in the scope of this component: construct it in the scope of a MonitoringHost, as in new Prometheus(host, "prometheus")',
    );
  });

  test("a component on a server that is not a MonitoringHost", () => {
    const hub = new Hub(new TerraformStack(Testing.app(), "test"));
    expect(() => new Prometheus(hub.member("app"), "prometheus")).toThrow(
      "test/app/prometheus: test/app is not a MonitoringHost: construct it in the scope of a MonitoringHost",
    );
  });

  test("a server that is monitored twice", () => {
    const stack = new TerraformStack(Testing.app(), "test");
    const { monitoring, host } = new Hub(stack);
    expect(() => new MonitoredServer(stack, "again", { monitoring, server: host.server })).toThrow(
      'test/again: the server "hub" (test/hub-server) already belongs to test/hub: remove one of the members',
    );
  });

  test("a second component of a kind that allows one", () => {
    const stack = new TerraformStack(Testing.app(), "test");
    const hub = new Hub(stack);
    const second = new MonitoringHost(stack, "second", { monitoring: hub.monitoring, server: hub.server("second") });
    expect(() => new Prometheus(second, "prometheus")).toThrow(
      "test/second/prometheus: the monitoring already has a prometheus (test/hub/prometheus): remove one of them",
    );
  });

  test("two monitorings with the same names of outputs", () => {
    const stack = new TerraformStack(Testing.app(), "test");
    new Hub(stack);
    expect(() => new Monitoring(stack, "second", { technicians: [] })).toThrow(
      'test/second: the stack already has an output "inventory" (test/monitoring/inventory): set outputPrefix on one of the monitorings',
    );
    expect(
      () => new Monitoring(stack, "third", { technicians: [], outputPrefix: "third_", name: "third" }),
    ).not.toThrow();
  });
});

describe("the synthesis rejects", () => {
  test("a monitoring without Prometheus", () => {
    expect(
      synthesis((stack) => {
        new Monitoring(stack, "monitoring", { technicians: [] });
      }),
    ).toThrow(
      '[test/monitoring] the monitoring has no Prometheus: construct one on a MonitoringHost, as in new Prometheus(host, "prometheus")',
    );
  });

  test("two servers with the same name", () => {
    expect(
      synthesis((stack) => {
        const hub = new Hub(stack);
        new MonitoredServer(stack, "a", { monitoring: hub.monitoring, server: hub.server("app", "one") });
        const other = new LocalNetwork(stack, "other", { prefix: "other", published: false });
        new MonitoredServer(stack, "b", {
          monitoring: hub.monitoring,
          server: new LocalServer(stack, "two", { network: other, name: "app" }),
        });
      }),
    ).toThrow(
      'two servers are called "app" (test/a, test/b): rename one of them, because the name is the label "instance"',
    );
  });

  test("two servers whose names differ only in case", () => {
    expect(
      synthesis((stack) => {
        const hub = new Hub(stack);
        hub.member("db1.example.com");
        hub.member("DB1.example.com");
      }),
    ).toThrow(
      'the server names "DB1.example.com" and "db1.example.com" differ only in case (test/DB1.example.com, test/db1.example.com): rename one of them, because host names and folders ignore case',
    );
  });

  test("a port that two components of a server use", () => {
    expect(
      synthesis((stack) => {
        new Hub(stack, { port: 9100 });
      }),
    ).toThrow(
      'port 9100/tcp of server "hub" is used by both prometheus (http) and node_exporter (http): give one of them another port',
    );
  });

  test("servers without a common network", () => {
    expect(
      synthesis((stack) => {
        const { monitoring } = new Hub(stack);
        const other = new LocalNetwork(stack, "other", { prefix: "other", published: false });
        new MonitoredServer(stack, "app", {
          monitoring,
          server: new LocalServer(stack, "app-server", { network: other }),
        });
      }),
    ).toThrow(
      'the servers are in different networks, and some have no public address: the other servers cannot reach "app" (other), "hub" (test). Set publicAddress on them',
    );
  });
});

test("does not affect apps without a Monitoring", () => {
  const app: App = Testing.app();
  new TerraformStack(app, "empty");
  expect(() => {
    app.synth();
  }).not.toThrow();
});
