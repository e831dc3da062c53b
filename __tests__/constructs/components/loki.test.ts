import { TerraformStack, Testing } from "cdktf";
import {
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

/** A hub with Prometheus and a Loki. */
function single(props: LokiProps = {}, add: (hub: Hub) => void = () => undefined): Synthesized {
  return synth((stack) => {
    const hub = new Hub(stack);
    new Loki(hub.host, "loki", props);
    add(hub);
  });
}

/** Lokis on servers of their own, with their settings by the servers' names. */
function cluster(settings: Readonly<Record<string, LokiProps>>): (stack: TerraformStack) => void {
  return (stack) => {
    const hub = new Hub(stack);
    for (const [name, props] of Object.entries(settings)) {
      const host = new MonitoringHost(stack, name, { monitoring: hub.monitoring, server: hub.server(name) });
      new Loki(host, "loki", props);
    }
  };
}

/** What a synthesis of it is refused with by its Lokis. */
function refusal(build: (stack: TerraformStack) => void): string {
  const stack = new TerraformStack(Testing.app(), "test");
  build(stack);
  const lokis = stack.node.findAll().filter((construct) => construct instanceof Loki);
  return lokis.flatMap(({ node }) => node.validate().map((text) => `${node.path}: ${text}`)).join("\n");
}

describe("a single Loki", () => {
  test("stores lines on its own disk for a month, and asks itself at its loopback address", () => {
    expect(single().variables("loki", "hub")).toMatchObject({
      loki_port: 3100,
      loki_peers: [],
      loki_address: "",
      loki_s3: {},
      loki_retention: "30d",
      loki_stream_retention: [],
      loki_deletable: false,
      loki_alertmanagers: [],
      loki_grafana_url: "",
      loki_extra_flags: [],
    });
  });

  test("is scraped, and reached by technicians", () => {
    const stack = single();
    expect(stack.json.output.loki_url?.value).toMatch(/^http:\/\/198\.18\.[\d.]+:3100$/);
    const { prometheus_targets: targets } = stack.variables("prometheus", "hub") as {
      prometheus_targets: { job: string }[];
    };
    expect(targets.map(({ job }) => job)).toContain("loki");
  });

  test("takes retention by stream, limits and S3, and hands over where its keys are", () => {
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

  test("sends alerts to the Alertmanager that is placed, wherever", () => {
    const stack = single({}, (hub) => {
      const host = new MonitoringHost(hub.host.node.scope as TerraformStack, "alerts", {
        monitoring: hub.monitoring,
        server: hub.server("alerts"),
      });
      new Alertmanager(host, "alertmanager");
    });
    expect(stack.variables("loki", "hub").loki_alertmanagers).toEqual([
      expect.stringMatching(/^http:\/\/198\.18\.[\d.]+:9093$/),
    ]);
  });

  test.each<[LokiProps, string]>([
    [{ port: 80 }, "port 80 cannot be used"],
    [{ gossipPort: 0 }, "port 0 cannot be used"],
    [{ retention: "1h" }, "is less than a day"],
    [{ extraFlags: ["--config.file=x"] }, "--config.file follows from the construct's other settings"],
  ])("refuses %j", (props, sentence) => {
    expect(() => single(props)).toThrow(sentence);
  });
});

describe("three Lokis", () => {
  const three = { a: { s3: S3 }, b: { s3: S3 }, c: { s3: S3 } };

  test("know each other, and reach each other only", () => {
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

  test("are refused without S3", () => {
    expect(refusal(cluster({ a: {}, b: {}, c: {} }))).toContain(
      "test/b/loki: 3 Lokis are placed, and several share their storage: give each of them the same s3, or place one only",
    );
  });

  test("are refused with settings that differ", () => {
    expect(refusal(cluster({ ...three, c: { s3: S3, retention: "60d" } }))).toBe(
      "test/c/loki: retention, limits or s3 differ from those of test/a/loki: all Lokis of a monitoring must have the same",
    );
    const other = { ...S3, secretKey: Secret.fromEnvironment("OTHER") };
    expect(refusal(cluster({ ...three, c: { s3: other } }))).toMatch(/^test\/c\/loki: .* differ/);
  });

  test("are refused in two networks, for each tells the others one address", () => {
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
    expect(refusal(build)).toContain(`of the Lokis, some share a network with "a" and some do not`);
  });
});

test("two Lokis are refused", () => {
  expect(refusal(cluster({ a: { s3: S3 }, b: { s3: S3 } }))).toBe(
    "test/a/loki: two Lokis stop to take in lines when one of them is down, as one alone does: place one, or three",
  );
});
