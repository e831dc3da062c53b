import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { metricsOf } from "../../lib/metrics/catalogue";
import { knownMetrics } from "../../lib/metrics/known-metrics";
import { playbooksDirectory } from "../../lib/paths";

const PLUGINS = join(playbooksDirectory, "roles/grafana/filter_plugins");
const PROGRAM = `import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from missing_metrics import FilterModule, metric_names
given = json.load(sys.stdin)
if "queries" in given: found = [sorted(metric_names(query)) for query in given["queries"]]
else: found = FilterModule().filters()["missing_metrics"](json.dumps(given["dashboard"]), "grafana-com-1", "2", given["known"])
print(json.dumps(found))`;

function python(given: object): unknown {
  const input = JSON.stringify(given);
  const { stdout, stderr } = spawnSync("python3", ["-c", PROGRAM, PLUGINS], { input, encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}

const KNOWN = JSON.stringify({
  emitted: ["up", "node_load1", "node_vmstat_*"],
  collectors: { node_processes_pids: ["processes"], node_interrupts_total: ["interrupts"] },
});

function warnings(panels: object[], known = KNOWN): unknown {
  return python({ dashboard: { title: "T", panels }, known });
}

const panel = (...exprs: string[]): object => ({ targets: exprs.map((expr) => ({ expr })) });

test("reads the metrics of queries", () => {
  const expected: Record<string, string[]> = {
    up: ["up"],
    'sum by (job, le) (rate(a_total{job="b_c", x=~"y"}[5m])) / on (z) group_left (w) b': ["a_total", "b"],
    "sum(a) by (b) > bool 5 and c offset 5m": ["a", "c"],
    "histogram_quantile(0.9, a_bucket) OR On() vector(0) # b": ["a_bucket"],
    "a/(b)*c": ["a", "b", "c"],
    'label_replace(a, "b", "$1", "c", "d(.*)")': ["a"],
    "topk($limit, rate(a:b[$__rate_interval])) > $threshold": ["a:b"],
    "node_${what}_bytes + $metric + [[x]]_total{y='z'} + max_over_time(a[1h:5m] @ end())": ["a"],
    '{__name__=~"a.*"} + count({job="b"})': [],
    "": [],
  };
  expect(python({ queries: Object.keys(expected) })).toEqual(Object.values(expected));
});

test("names the metrics that nothing emits, and the collectors that emit them", () => {
  expect(warnings([panel("up + node_load1", "mysql_up"), { panels: [panel("node_processes_pids")] }])).toEqual([
    'dashboard "T" (grafana-com-1) uses metrics that nothing emits, so that panels stay empty: mysql_up, node_processes_pids. Enable the collectors of node exporter with Dashboard.fromGrafanaCom(1, 2, { collectors: ["processes"] })',
  ]);
});

test("lists at most ten metrics", () => {
  const names = Array.from({ length: 12 }, (_, index) => `m_${String(index).padStart(2, "0")}`);
  expect(warnings([panel(names.join(" + "))])).toEqual([
    `dashboard "T" (grafana-com-1) uses metrics that nothing emits, so that panels stay empty: ${names.slice(0, 10).join(", ")} and 2 more`,
  ]);
});

test.each([
  ["emitted metrics", [panel("up", "node_load1 + node_vmstat_pgfault")]],
  ["alternatives of which one is emitted", [panel("node_load1 or node_load_old")]],
  ["queries to Loki", [{ datasource: { type: "loki", uid: "loki" }, ...panel('rate({job="x"} |= "y" [5m])') }]],
  ["rows and text", [{ type: "row", panels: [] }, { type: "text" }]],
])("does not warn about %s", (_what, panels) => {
  expect(warnings(panels)).toEqual([]);
});

test("reads the metrics that the synthesis provides", () => {
  const known = knownMetrics(metricsOf("node_exporter"));
  expect(warnings([panel("node_load1 + node_cpu_seconds_total", "node_netstat_Tcp_MaxConn")], known)).toEqual([]);
  expect(warnings([panel("node_interrupts_total", "node_systemd_unit_start_time_seconds")], known)).toEqual([
    expect.stringMatching(/{ collectors: \["interrupts", "systemd", "systemd.enable-start-time-metrics"\] }\)$/),
  ]);
});
