import { AGENT_METRICS, UNPARSED_LINES } from "../../../lib/logs/agent-metrics";
import generated from "../../../lib/metrics/catalogue.json";
import {
  cataloguedMetric,
  collectorProblem,
  collectorsOf,
  defaultCollectors,
  emitterOf,
  metricsOf,
} from "../../../lib/metrics/catalogue";
import { Catalogue, expandedCatalogue, MetricNames, withAlternatives } from "../../../lib/metrics/catalogue-entry";
import { testedMetricsOf } from "../../support/catalogue";

const catalogue = expandedCatalogue(generated);
const file: Catalogue = generated;
const lists: [string, MetricNames][] = Object.entries(file).flatMap(([kind, entry]) => [
  [kind, entry],
  ...Object.entries(entry.collectors ?? {}).map(([name, names]): [string, MetricNames] => [`${kind}, ${name}`, names]),
]);

describe("the catalogue", () => {
  test("contains each kind that has metrics", () => {
    expect(Object.keys(catalogue)).toEqual(
      expect.arrayContaining(["alertmanager", "grafana", "node_exporter", "prometheus"]),
    );
  });

  test.each(lists)("has valid metrics of %s, sorted, each once", (_, names) => {
    const { observed, possible = [], added = [], removed = [], patterns = [] } = names;
    for (const list of [observed, possible, added, removed, patterns]) expect(list).toEqual([...new Set(list)].sort());
    const all = withAlternatives([...observed, ...possible, ...added, ...removed]);
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((metric) => !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(metric))).toEqual([]);
    expect(patterns.filter((pattern) => !/^[a-z]+_[a-zA-Z0-9_:*]*\*[a-zA-Z0-9_:*]*$/.test(pattern))).toEqual([]);
  });

  test("has metrics of each collector that is enabled by default", () => {
    const empty = defaultCollectors().filter((name) => {
      const { observed, possible = [] } = catalogue.node_exporter?.collectors?.[name] ?? { observed: [] };
      return observed.length + possible.length === 0;
    });
    expect(empty).toEqual([]);
    expect(defaultCollectors()).toEqual(expect.arrayContaining(["cpu", "filesystem", "meminfo", "textfile"]));
  });

  test("has no metrics from textfiles of other programs", () => {
    expect(catalogue.node_exporter?.collectors?.textfile).toEqual({
      byDefault: true,
      observed: ["node_textfile_mtime_seconds", "node_textfile_scrape_error"],
    });
    expect(cataloguedMetric("node_reboot_required")).toBeUndefined();
  });
});

test("withAlternatives returns all series of a histogram and of a summary", () => {
  expect(withAlternatives(["a", "b(_bucket|_count|_sum)", "c(|_count|_sum)"])).toEqual([
    "a",
    "b_bucket",
    "b_count",
    "b_sum",
    "c",
    "c_count",
    "c_sum",
  ]);
});

test("the catalogue contains the metrics of log agents that rules and dashboards use", () => {
  const known = new Set([...metricsOf("alloy"), ...metricsOf("promtail")]);
  const own = UNPARSED_LINES.prefix + UNPARSED_LINES.name;
  expect(AGENT_METRICS.filter((metric) => metric !== own && !known.has(metric))).toEqual([]);
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

  test("includes metrics of hardware that a server may lack", () => {
    expect(metricsOf("node_exporter")).toContain("node_edac_correctable_errors_total");
  });

  test("leaves out metrics that the pinned release no longer emits", () => {
    expect(metricsOf("alertmanager")).not.toContain("alertmanager_marked_alerts");
    expect(testedMetricsOf("alertmanager")).toContain("alertmanager_marked_alerts");
  });

  test("includes metrics that only the pinned release emits", () => {
    expect(metricsOf("alertmanager")).toContain("alertmanager_events_dropped_total");
    expect(testedMetricsOf("alertmanager")).not.toContain("alertmanager_events_dropped_total");
  });

  test("returns none for an unknown kind", () => {
    expect(metricsOf("quux").size).toBe(0);
  });
});

describe("cataloguedMetric", () => {
  test.each([
    ["node_load1", { kind: "node_exporter", collector: "loadavg", presence: "observed" }],
    ["node_hwmon_temp_crit_celsius", { kind: "node_exporter", collector: "hwmon", presence: "possible" }],
    ["node_exporter_build_info", { kind: "node_exporter", presence: "observed" }],
    ["node_vmstat_pgsteal_kswapd", { kind: "node_exporter", collector: "vmstat", presence: "pattern" }],
    ["node_vmstat_", undefined],
    ["alertmanager_marked_alerts", { kind: "alertmanager", presence: "removed" }],
    ["alertmanager_event_output_drops_total", { kind: "alertmanager", presence: "possible" }],
    ["prometheus_tsdb_out_of_order_wbl_fsync_duration_seconds_sum", { kind: "prometheus", presence: "possible" }],
    ["prometheus_sd_kubernetes_http_request_total", { kind: "prometheus", presence: "possible" }],
    ["quux", undefined],
  ])("of %s is %j", (name, metric) => {
    expect(cataloguedMetric(name)).toEqual(metric);
  });

  test.each([
    ["bonding", "node_bonding_slaves"],
    ["drm", "node_drm_gpu_busy_percent"],
    ["edac", "node_edac_correctable_errors_total"],
    ["fibrechannel", "node_fibrechannel_info"],
    ["hwmon", "node_hwmon_fan_rpm"],
    ["hwmon", "node_hwmon_power_average_watt"],
    ["hwmon", "node_hwmon_temp_crit_hyst_celsius"],
    ["infiniband", "node_infiniband_port_data_received_bytes_total"],
    ["infiniband", "node_infiniband_symbol_error_total"],
    ["ipvs", "node_ipvs_connections_total"],
    ["mdadm", "node_md_disks"],
    ["ntp", "node_ntp_offset_seconds"],
    ["nvme", "node_nvme_info"],
    ["powersupplyclass", "node_power_supply_online"],
    ["powersupplyclass", "node_power_supply_temp_celsius"],
    ["rapl", "node_rapl_package_joules_total"],
    ["tapestats", "node_tape_io_now"],
    ["thermal_zone", "node_thermal_zone_temp"],
    ["zfs", "node_zfs_zpool_state"],
  ])("says that hardware of the collector %s may be missing", (collector, name) => {
    expect(cataloguedMetric(name)).toEqual({ kind: "node_exporter", collector, presence: "possible" });
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
    const all = Object.values(catalogue.node_exporter?.collectors ?? {}).flatMap(({ observed, possible = [] }) => [
      ...observed,
      ...possible,
    ]);
    const emitted = metricsOf("node_exporter", collectorsOf(all));
    expect(all.filter((metric) => !emitted.has(metric))).toEqual([]);
  });
});

test.each([
  ["node_wifi_station_info", `node exporter's collector "wifi"`],
  ["node_systemd_service_restart_total", `node exporter's collector "systemd.enable-restarts-metrics"`],
  ["promtail_read_lines_total", "the log agent"],
  ["loki_write_sent_entries_total", "the log agent"],
  ["alertmanager_alerts", "alertmanager"],
  ["alertmanager_marked_alerts", undefined],
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
