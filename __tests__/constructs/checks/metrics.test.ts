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

/** What is placed beside the hub with its Prometheus, and what is asked of it. */
interface Given {
  readonly expr?: string;
  readonly changes?: readonly Alert[];
  readonly exporters?: readonly Exporter[];
  readonly scrapeJobs?: readonly ScrapeJob[];
  readonly app?: NodeExporterProps;
  readonly alertmanager?: boolean;
}

function stackOf({ expr, changes = [], exporters, scrapeJobs = [], app, alertmanager }: Given): Synthesized {
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
  test("is refused, with the rule, the metric, similar names and what to do", () => {
    expect(() => stackOf({ expr: "node_load_1 > 5" })).toThrow(
      'alert "Own": nothing emits the metric "node_load_1": did you mean node_load1 or node_load15 or node_load5? If your own exporter emits it, add it to the metrics of that exporter or scrape job',
    );
  });

  test("is refused where what would emit it is not placed, and accepted where it is", () => {
    const expr = "alertmanager_alerts > 5";
    expect(() => stackOf({ expr })).toThrow("alertmanager emits it, but is not placed or not enabled");
    expect(() => stackOf({ expr, alertmanager: true })).not.toThrow();
  });

  test.each([
    "up == 0",
    "scrape_samples_scraped > 1",
    "ALERTS == 1",
    "prometheus_tsdb_head_series > 1",
    "node_load1 > 5",
  ])("is accepted where the metric is there: %s", (expr) => {
    expect(() => stackOf({ expr })).not.toThrow();
  });

  test("is accepted where a user says that an exporter, a job or a file of metrics has it", () => {
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
    [{ scrapeJobs: [{ job: "a", targets: ["b:1"], metrics: [""] }] }, 'scrapeJobs, job "a", metrics: "" cannot be'],
    [{ app: { metrics: ["1st"] } }, '"1st" is not a metric name'],
  ])("cannot be hidden behind what is no name: %j", (given, message) => {
    expect(() => stackOf(given)).toThrow(message);
  });
});

describe("node exporter's collectors", () => {
  test("follow from the rules that are on", () => {
    expect(collectors(stackOf({}))).toEqual(expect.arrayContaining(["systemd", "systemd.enable-restarts-metrics"]));
    const changes = [Alert.off("UnitCrashLooping"), Alert.off("UnitFailed")];
    expect(collectors(stackOf({ changes }))).not.toContain("systemd");
    expect(collectors(stackOf({ expr: "node_tcp_connection_states > 5" }))).toContain("tcpstat");
    expect(collectors(stackOf({}))).not.toContain("tcpstat");
  });

  test("bring the switches that metrics need", () => {
    const given = collectors(stackOf({ expr: "node_systemd_unit_start_time_seconds > 0" }));
    expect(given).toEqual(expect.arrayContaining(["systemd", "systemd.enable-start-time-metrics"]));
  });

  test("are on each server, with those that a user wants there", () => {
    const stack = stackOf({ app: { collectors: ["processes", "systemd"] } });
    expect(collectors(stack)).not.toContain("processes");
    expect(collectors(stack, "app")).toEqual([...new Set([...collectors(stack), "processes"])].sort());
  });

  test("may be switched off on one server, with a warning", () => {
    const stack = stackOf({ app: { extraFlags: ["--no-collector.systemd"] } });
    expect(collectors(stack, "app")).not.toContain("systemd");
    expect(collectors(stack)).toContain("systemd");
    expect(stack.warnings).toContainEqual(
      expect.stringContaining("extraFlags switch off what rules or dashboards need of node exporter: systemd"),
    );
  });

  test("may be switched off where nothing needs them, without a word", () => {
    const stack = stackOf({ app: { extraFlags: ["--no-collector.zfs"] } });
    expect(stack.warnings.filter((warning) => warning.includes("switch off"))).toEqual([]);
  });

  test("are not named twice beside a user's flag", () => {
    expect(collectors(stackOf({ app: { extraFlags: ["--collector.systemd"] } }), "app")).not.toContain("systemd");
  });

  test("must be collectors", () => {
    expect(() => stackOf({ app: { collectors: ["systemdd"] } })).toThrow(
      'test/app/node-exporter: "systemdd" is not a collector of node exporter: did you mean systemd?',
    );
  });
});
