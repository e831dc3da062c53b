import generated from "../../../lib/metrics/catalogue.json";
import {
  Catalogue,
  collectorProblem,
  collectorsOf,
  defaultCollectors,
  metricsOf,
  emitterOf,
} from "../../../lib/metrics/catalogue";

const catalogue: Catalogue = generated;
const lists = Object.entries(catalogue).flatMap(([kind, { metrics, collectors = {} }]) => [
  [kind, metrics] as const,
  ...Object.entries(collectors).map(([name, collector]) => [`${kind}, ${name}`, collector.metrics] as const),
]);

describe("the catalogue", () => {
  test("contains each kind that has metrics", () => {
    expect(Object.keys(catalogue)).toEqual(
      expect.arrayContaining(["alertmanager", "grafana", "node_exporter", "prometheus"]),
    );
  });

  test.each(lists)("has valid metrics of %s, sorted, each once", (_, metrics) => {
    expect(metrics).toEqual([...new Set(metrics)].sort());
    expect(metrics.filter((metric) => !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(metric))).toEqual([]);
  });

  test("has metrics of each collector that is enabled by default", () => {
    const empty = defaultCollectors().filter(
      (name) => catalogue.node_exporter?.collectors?.[name]?.metrics.length === 0,
    );
    expect(empty).toEqual([]);
    expect(defaultCollectors()).toEqual(expect.arrayContaining(["cpu", "filesystem", "meminfo", "textfile"]));
  });

  test("has no metrics from textfiles of other programs", () => {
    expect(catalogue.node_exporter?.collectors?.textfile?.metrics).toEqual([
      "node_textfile_mtime_seconds",
      "node_textfile_scrape_error",
    ]);
  });
});

describe("metricsOf", () => {
  test("returns the metrics of a kind and of the given collectors", () => {
    expect(metricsOf("prometheus")).toContain("prometheus_tsdb_head_series");
    expect(metricsOf("alertmanager")).toContain("alertmanager_notifications_failed_total");
    const metrics = metricsOf("node_exporter", ["systemd"]);
    expect(metrics).toContain("node_systemd_unit_state");
    expect(metrics).toContain("node_exporter_build_info");
    expect(metrics).not.toContain("node_load1");
  });

  test("returns the metrics of the default collectors if none are given", () => {
    const metrics = metricsOf("node_exporter");
    expect(metrics).toContain("node_load1");
    expect(metrics).not.toContain("node_systemd_unit_state");
  });

  test("returns none for an unknown kind", () => {
    expect(metricsOf("quux").size).toBe(0);
  });
});

describe("collectorsOf", () => {
  test.each([
    [["node_systemd_unit_state", "up"], ["systemd"]],
    [["node_systemd_service_restart_total"], ["systemd", "systemd.enable-restarts-metrics"]],
    [
      ["node_load1", "node_cpu_seconds_total", "node_tcp_connection_states"],
      ["cpu", "loadavg", "tcpstat"],
    ],
    [["prometheus_build_info", "quux"], []],
  ])("of %j are %j", (metrics, collectors) => {
    expect(collectorsOf(metrics)).toEqual(collectors);
  });

  test("returns collectors that emit all the metrics", () => {
    const all = Object.values(catalogue.node_exporter?.collectors ?? {}).flatMap(({ metrics }) => metrics);
    const emitted = metricsOf("node_exporter", collectorsOf(all));
    expect(all.filter((metric) => !emitted.has(metric))).toEqual([]);
  });
});

test.each([
  ["node_wifi_station_info", `node exporter's collector "wifi"`],
  ["node_systemd_service_restart_total", `node exporter's collector "systemd.enable-restarts-metrics"`],
  ["alertmanager_alerts", "alertmanager"],
  ["quux", undefined],
])("sourceOf(%j) is %j", (metric, source) => {
  expect(emitterOf(metric)).toBe(source);
});

test.each(["systemd", "systemd.enable-restarts-metrics", "cpu"])("collectorProblem accepts %s", (name) => {
  expect(collectorProblem(name)).toBeUndefined();
});

test.each([
  ["systemdd", '"systemdd" is not a collector of node exporter: did you mean systemd?'],
  ["toString", '"toString" is not a collector of node exporter'],
  ["--", '"--" is not a collector of node exporter: use a name such as "systemd"'],
])("collectorProblem rejects %s", (name, message) => {
  expect(collectorProblem(name)).toContain(message);
});
