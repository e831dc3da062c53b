import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes } from "../definition";
import { Severity } from "../rule";

/**
 * The collectors that every server has what they read for. Others tell "no success" wherever there is nothing for them,
 * such as arrays of disks; a rule on those would fire on every server.
 */
const COLLECTORS =
  "cpu|diskstats|filefd|filesystem|loadavg|meminfo|netdev|stat|systemd|textfile|time|timex|uname|vmstat";

/** Units of systemd, and what the exporter and Prometheus gather. */
export const serviceAlerts: readonly AlertDefinition[] = [
  define({
    name: "UnitFailed",
    group: "units",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // As in the node mixin: what systemd starts again by itself gets its time.
        for: "5m",
        expr: () => 'node_systemd_unit_state{state="failed"} == 1',
      },
    ],
    summary: "{{ $labels.name }} on {{ $labels.instance }} has failed",
    description:
      "The unit {{ $labels.name }} of {{ $labels.instance }} has failed, and systemd does not start it again. Its journal says why: journalctl -u {{ $labels.name }}.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "UnitCrashLooping",
    group: "units",
    kinds: ["node_exporter"],
    thresholds: {
      restarts: { value: 5, unit: "restarts", meaning: "restarts by systemd within the window" },
      window: minutes(15, "the time in which they are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "5m",
        expr: (t) => `increase(node_systemd_service_restart_total[${t.window}m]) > ${t.restarts}`,
      },
    ],
    summary: "{{ $labels.name }} on {{ $labels.instance }} starts again and again",
    description:
      'systemd has started the service {{ $labels.name }} of {{ $labels.instance }} about {{ printf "%.0f" $value }} times again within minutes. Its journal says why it ends: journalctl -u {{ $labels.name }}.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "TextfileError",
    group: "exporters",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.WARNING, for: "5m", expr: () => "node_textfile_scrape_error == 1" }],
    summary: "The node exporter of {{ $labels.instance }} cannot read a file of metrics",
    description:
      "A file in the textfile folder of the node exporter of {{ $labels.instance }} cannot be read or is malformed, so that its metrics are missing. The exporter's journal names it; write such files beside and rename them.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "CollectorFailed",
    group: "exporters",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: () => `node_scrape_collector_success{collector=~"${COLLECTORS}"} == 0`,
      },
    ],
    summary: "The collector {{ $labels.collector }} fails on {{ $labels.instance }}",
    description:
      "The node exporter of {{ $labels.instance }} gets nothing from its collector {{ $labels.collector }}, so that what it measures is not watched, and no alert about it fires. Its journal says why.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "TargetDown",
    group: "exporters",
    kinds: ["prometheus"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "5m",
        // Servers, Alertmanagers and log agents have alerts of their own.
        expr: () => 'up{job!~"node|alertmanager|log_agent"} == 0',
      },
    ],
    summary: "{{ $labels.job }} on {{ $labels.instance }} cannot be scraped",
    description:
      "Prometheus gets no metrics from {{ $labels.job }} on {{ $labels.instance }}: it is stopped, cut off, or does not answer in time. Its line on the page of targets says how it fails.",
    dashboard: Uids.MONITORING,
  }),
];
