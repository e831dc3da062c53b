import { TerraformStack, Testing } from "cdktf";
import {
  Alert,
  Alertmanager,
  ExistingNetwork,
  ExistingServer,
  Loki,
  LokiProps,
  MonitoringHost,
  Secret,
} from "../../../constructs/index";
import { synth, Synthesized } from "../../support/synth";
import { Hub } from "../../support/topology";

const S3 = {
  bucket: "logs",
  endpoint: "https://minio.example.org",
  accessKey: Secret.fromEnvironment("S3_ACCESS_KEY"),
  secretKey: Secret.fromEnvironment("S3_SECRET_KEY"),
};

/** Synthesizes a hub with Prometheus and Loki. */
function single(
  props: LokiProps = {},
  add: (hub: Hub) => void = () => undefined,
  alerts: readonly Alert[] = [],
): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack, {}, { alerts });
    new Loki(hub.host, "loki", props);
    add(hub);
  });
}

/** Returns a stack with Lokis on separate servers, with their props by server name. */
function cluster(settings: Readonly<Record<string, LokiProps>>): (stack: TerraformStack) => void {
  return (stack) => {
    const hub = new Hub(stack);
    for (const [name, props] of Object.entries(settings)) {
      const host = new MonitoringHost(stack, name, { monitoring: hub.monitoring, server: hub.server(name) });
      new Loki(host, "loki", props);
    }
  };
}

/** Returns the validation errors of the Lokis in a stack. */
function errorsOf(build: (stack: TerraformStack) => void): string {
  const stack = new TerraformStack(Testing.app(), "test");
  build(stack);
  const lokis = stack.node.findAll().filter((construct) => construct instanceof Loki);
  return lokis.flatMap(({ node }) => node.validate().map((text) => `${node.path}: ${text}`)).join("\n");
}

describe("a single Loki", () => {
  test("stores lines for 30 days on its own disk by default", () => {
    expect(single().variables("loki", "hub")).toMatchObject({
      loki_port: 3101,
      loki_peers: [],
      loki_address: "",
      loki_s3: {},
      loki_retention: "30d",
      loki_stream_retention: [],
      loki_deletable: false,
      loki_alertmanagers: [],
      loki_prometheus_url: "https://198.18.12.236:9090",
      loki_grafana_url: "",
      loki_extra_flags: [],
    });
  });

  test("is scraped, and has an output with its URL", () => {
    const stack = single();
    expect(stack.json.output.loki_url?.value).toMatch(/^https:\/\/198\.18\.[\d.]+:3100$/);
    const { prometheus_targets: targets } = stack.variables("prometheus", "hub") as {
      prometheus_targets: { job: string }[];
    };
    expect(targets.map(({ job }) => job)).toContain("loki");
  });

  test("passes retention, limits and S3, and the keys as references", () => {
    const { variables, secrets } = (() => {
      const stack = single({
        retention: "90d",
        streamRetention: [{ selector: '{job="nginx"}', retention: "7d" }],
        limits: { maxStreams: 5 },
        deletable: true,
        s3: S3,
      });
      const all = stack.variables("loki", "hub");
      return { variables: all, secrets: all.monitoring_secrets };
    })();
    expect(variables).toMatchObject({
      loki_retention: "90d",
      loki_stream_retention: [{ selector: '{job="nginx"}', retention: "7d" }],
      loki_limits: { max_global_streams_per_user: 5 },
      loki_deletable: true,
      loki_s3: { bucket: "logs", endpoint: "https://minio.example.org", path_style: true, has_keys: true },
    });
    expect(secrets).toEqual([
      { name: "s3_access_key", environment: "S3_ACCESS_KEY", version: "1" },
      { name: "s3_secret_key", environment: "S3_SECRET_KEY", version: "1" },
    ]);
  });

  test("sends alerts to an Alertmanager on any host", () => {
    const stack = single({}, (hub) => {
      const host = new MonitoringHost(hub.host.node.scope as TerraformStack, "alerts", {
        monitoring: hub.monitoring,
        server: hub.server("alerts"),
      });
      new Alertmanager(host, "alertmanager");
    });
    expect(stack.variables("loki", "hub").loki_alertmanagers).toEqual([
      expect.stringMatching(/^https:\/\/198\.18\.[\d.]+:9093$/),
    ]);
  });

  test("writes the state of its alerts to Prometheus on another host", () => {
    const stack = synth((scope) => {
      const hub = new Hub(scope, { port: 19090 });
      const host = new MonitoringHost(scope, "logs", { monitoring: hub.monitoring, server: hub.server("logs") });
      new Loki(host, "loki");
    });
    expect(stack.variables("loki", "logs").loki_prometheus_url).toBe("https://198.18.12.236:19090");
    expect(stack.variables("prometheus", "hub").prometheus_remote_write_receiver).toBe(true);
  });

  test("writes nothing to Prometheus without a rule", () => {
    const stack = single(
      {},
      undefined,
      ["SshBruteForce", "LogsOfAnotherServer", "LogSenderLimited"].map((name) => Alert.off(name)),
    );
    expect(stack.variables("loki", "hub").loki_prometheus_url).toBe("");
    expect(stack.variables("prometheus", "hub").prometheus_remote_write_receiver).toBe(false);
  });

  test.each<[LokiProps, string]>([
    [{ port: 80 }, "port 80 cannot be used"],
    [{ gossipPort: 0 }, "port 0 cannot be used"],
    [{ retention: "1h" }, "is shorter than one day"],
    [{ extraFlags: ["--config.file=x"] }, "cdktf-monitoring depends on the value of --config.file"],
  ])("rejects %j", (props, sentence) => {
    expect(() => single(props)).toThrow(sentence);
  });
});

describe("three Lokis", () => {
  const three = { a: { s3: S3 }, b: { s3: S3 }, c: { s3: S3 } };

  test("get the addresses of each other, and one output each", () => {
    const stack = synth(cluster(three));
    const { loki_peers: peers, loki_address: address } = stack.variables("loki", "a") as Record<string, unknown>;
    expect(address).toMatch(/^198\.18\./);
    expect(peers).toEqual([expect.stringMatching(/:7946$/), expect.stringMatching(/:7946$/)]);
    expect(peers).not.toContain(`${String(address)}:7946`);
    expect(Object.keys(stack.json.output).filter((name) => name.startsWith("loki_url"))).toEqual([
      "loki_url",
      "loki_url_b",
      "loki_url_c",
    ]);
  });

  test("are rejected without S3", () => {
    expect(errorsOf(cluster({ a: {}, b: {}, c: {} }))).toContain(
      "test/b/loki: 3 Lokis must share their storage: set the same s3 on each of them, or remove all but one",
    );
  });

  test("are rejected with different settings", () => {
    expect(errorsOf(cluster({ ...three, c: { s3: S3, retention: "60d" } }))).toBe(
      "test/c/loki: retention, limits or s3 differ from test/a/loki: use the same values for all Lokis of a monitoring",
    );
    const other = { ...S3, secretKey: Secret.fromEnvironment("OTHER") };
    expect(errorsOf(cluster({ ...three, c: { s3: other } }))).toMatch(/^test\/c\/loki: .* differ/);
  });

  test("are rejected in two networks, because each announces only one address", () => {
    const build = (stack: TerraformStack): void => {
      const hub = new Hub(stack);
      const network = new ExistingNetwork(stack, "elsewhere");
      const servers = [
        hub.server("a"),
        hub.server("b"),
        new ExistingServer(stack, "c-server", { name: "c", address: "203.0.113.9", user: "debian", network }),
      ];
      for (const server of servers) {
        const host = new MonitoringHost(stack, server.name, { monitoring: hub.monitoring, server });
        new Loki(host, "loki", { s3: S3 });
      }
    };
    expect(errorsOf(build)).toContain(
      'test/a/loki: only some of the other Lokis are in the network of "a", but a Loki advertises one address',
    );
  });
});

test("rejects two Lokis", () => {
  expect(errorsOf(cluster({ a: { s3: S3 }, b: { s3: S3 } }))).toBe(
    "test/a/loki: two Lokis reject log lines while one of them is down: run one Loki, or three",
  );
});
