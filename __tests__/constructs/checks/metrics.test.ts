import {
  Alert,
  Alertmanager,
  Exporter,
  FirewalledServer,
  MonitoredServer,
  NodeExporterProps,
  ScrapeJob,
  Severity,
} from "../../../constructs/index";
import { Synthesized, synth } from "../../support/synth";
import { Hub } from "../../support/topology";

/** A stack in addition to the hub with Prometheus. */
interface Setup {
  readonly expr?: string;
  readonly changes?: readonly Alert[];
  readonly exporters?: readonly Exporter[];
  readonly scrapeJobs?: readonly ScrapeJob[];
  readonly app?: NodeExporterProps;
  readonly alertmanager?: boolean;
}

function stackOf({ expr, changes = [], exporters, scrapeJobs = [], app, alertmanager }: Setup): Synthesized {
  const own = expr === undefined ? [] : [custom(expr)];
  return synth((stack) => {
    const hub = new Hub(stack, { scrapeJobs }, { alerts: [...own, ...changes] });
    const { monitoring } = hub;
    if (alertmanager) new Alertmanager(hub.host, "alertmanager");
    if (app) new MonitoredServer(stack, "app", { monitoring, server: hub.server("app"), nodeExporter: app });
    if (exporters) new FirewalledServer(stack, "db", { monitoring, server: hub.server("db"), exporters });
  });
}

const custom = (expr: string) =>
  Alert.custom({ name: "Own", expr, severity: Severity.WARNING, summary: "s", description: "d" });

const collectors = (stack: Synthesized, host = "hub") =>
  stack.variables("node_exporter", host).node_exporter_collectors as readonly string[];

describe("a rule on a metric that nothing emits", () => {
  test("is rejected with the rule, the metric, similar names and a remedy", () => {
    expect(() => stackOf({ expr: "node_load_1 > 5" })).toThrow(
      'alert "Own": nothing emits the metric "node_load_1": did you mean node_load1 or node_load15 or node_load5? If your own exporter emits it, add it to the metrics of that exporter or scrape job',
    );
  });

  test("is rejected if the component that emits it is not placed", () => {
    const expr = "alertmanager_alerts > 5";
    expect(() => stackOf({ expr })).toThrow("add or enable alertmanager, which emits it");
    expect(() => stackOf({ expr, alertmanager: true })).not.toThrow();
  });

  test.each([
    "up == 0",
    "scrape_samples_scraped > 1",
    "ALERTS == 1",
    "prometheus_tsdb_head_series > 1",
    "node_load1 > 5",
  ])("is accepted if the metric exists: %s", (expr) => {
    expect(() => stackOf({ expr })).not.toThrow();
  });

  test("is accepted if the user declares the metric for an exporter, a job or a server", () => {
    const expr = "pg_up == 0 or queue_length > 5 or backup_age_seconds > 5";
    const given = {
      expr,
      exporters: [{ job: "postgres", port: 9187, metrics: ["pg_up"] }],
      scrapeJobs: [{ job: "queue", targets: ["10.0.0.1:8080"], metrics: ["queue_length"] }],
      app: { metrics: ["backup_age_seconds"] },
    };
    expect(() => stackOf(given)).not.toThrow();
    expect(() => stackOf({ ...given, scrapeJobs: [] })).toThrow('nothing emits the metric "queue_length"');
  });

  test.each([
    [{ exporters: [{ job: "a", port: 9187, metrics: ["pg up"] }] }, 'test/db: "pg up" is not a metric name'],
    [
      { scrapeJobs: [{ job: "a", targets: ["b:1"], metrics: [""] }] },
      'scrapeJobs, job "a", metrics: "" is not a metric name',
    ],
    [{ app: { metrics: ["1st"] } }, '"1st" is not a metric name'],
  ])("is rejected with an invalid name of a metric: %j", (given, message) => {
    expect(() => stackOf(given)).toThrow(message);
  });
});

describe("node exporter's collectors", () => {
  test("follow from the enabled rules", () => {
    expect(collectors(stackOf({}))).toEqual(expect.arrayContaining(["systemd", "systemd.enable-restarts-metrics"]));
    const changes = ["UnitCrashLooping", "UnitFailed", "RebootRequired"].map((name) => Alert.off(name));
    expect(collectors(stackOf({ changes }))).not.toContain("systemd");
    expect(collectors(stackOf({ expr: "node_tcp_connection_states > 5" }))).toContain("tcpstat");
    expect(collectors(stackOf({}))).not.toContain("tcpstat");
  });

  test("include the switches that metrics need", () => {
    const given = collectors(stackOf({ expr: "node_systemd_unit_start_time_seconds > 0" }));
    expect(given).toEqual(expect.arrayContaining(["systemd", "systemd.enable-start-time-metrics"]));
  });

  test("include the user's collectors of a server", () => {
    const stack = stackOf({ app: { collectors: ["processes", "systemd"] } });
    expect(collectors(stack)).not.toContain("processes");
    expect(collectors(stack, "app")).toEqual([...new Set([...collectors(stack), "processes"])].sort());
  });

  test("cause a warning if a flag disables a needed one on a server", () => {
    const stack = stackOf({ app: { extraFlags: ["--no-collector.systemd"] } });
    expect(collectors(stack, "app")).not.toContain("systemd");
    expect(collectors(stack)).toContain("systemd");
    expect(stack.warnings).toContainEqual(
      expect.stringContaining("extraFlags disables collectors that rules or dashboards need: systemd"),
    );
  });

  test("cause no warning if a flag disables an unneeded one", () => {
    const stack = stackOf({ app: { extraFlags: ["--no-collector.ipvs"] } });
    expect(stack.warnings.filter((warning) => warning.includes("disables collectors"))).toEqual([]);
  });

  test("are omitted if the user's flags contain them", () => {
    expect(collectors(stackOf({ app: { extraFlags: ["--collector.systemd"] } }), "app")).not.toContain("systemd");
  });

  test("are rejected if they do not exist", () => {
    expect(() => stackOf({ app: { collectors: ["systemdd"] } })).toThrow(
      'test/app/node-exporter: "systemdd" is not a collector of node exporter: did you mean systemd?',
    );
  });
});
