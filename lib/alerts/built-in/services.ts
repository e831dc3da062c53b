import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes } from "../definition";
import { Severity } from "../rule";

/**
 * The collectors that work on every server. Other collectors, such as that of RAID arrays, report a failure on every
 * server without such hardware, so an alert on them would always fire.
 */
export const COLLECTORS =
  "cpu|diskstats|filefd|filesystem|loadavg|meminfo|netdev|stat|systemd|textfile|time|timex|uname|vmstat";

/** Alerts about systemd units, exporters and scrape targets. */
export const serviceAlerts: readonly AlertDefinition[] = [
  define({
    name: "UnitFailed",
    group: "units",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // The value of the node mixin. Leaves time for systemd to restart the unit.
        for: "5m",
        expr: () => 'node_systemd_unit_state{state="failed"} == 1',
      },
    ],
    summary: "{{ $labels.name }} on {{ $labels.instance }} has failed",
    description:
      "The systemd unit {{ $labels.name }} of {{ $labels.instance }} has failed, and systemd does not restart it. Its journal contains the cause: journalctl -u {{ $labels.name }}",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "UnitCrashLooping",
    group: "units",
    kinds: ["node_exporter"],
    thresholds: {
      restarts: { value: 5, unit: "restarts", meaning: "restarts by systemd within the window" },
      window: minutes(15, "range in which restarts are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "5m",
        expr: (t) => `increase(node_systemd_service_restart_total[${t.window}m]) > ${t.restarts}`,
      },
    ],
    summary: "{{ $labels.name }} on {{ $labels.instance }} is crash looping",
    description:
      'systemd restarted the service {{ $labels.name }} of {{ $labels.instance }} about {{ printf "%.0f" $value }} times within minutes. Its journal contains the cause: journalctl -u {{ $labels.name }}',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "TextfileError",
    group: "exporters",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.WARNING, for: "5m", expr: () => "node_textfile_scrape_error == 1" }],
    summary: "The node exporter of {{ $labels.instance }} cannot read a metrics file",
    description:
      "A file in the textfile folder of the node exporter of {{ $labels.instance }} is unreadable or malformed, so its metrics are missing. The journal of the exporter names the file. Scripts should write to a temporary file and rename it.",
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
      "The collector {{ $labels.collector }} of the node exporter of {{ $labels.instance }} fails. Its metrics are missing, and alerts that use them cannot fire. The journal of the exporter contains the cause.",
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
        // Servers, Alertmanagers, gateways and log agents have their own alerts.
        expr: () => 'up{job!~"node|alertmanager|gateway|log_agent"} == 0',
      },
    ],
    summary: "{{ $labels.job }} on {{ $labels.instance }} cannot be scraped",
    description:
      "Prometheus cannot scrape {{ $labels.job }} on {{ $labels.instance }}: it is stopped, blocked by a firewall, or does not answer in time. The web UI of Prometheus shows the error under /targets.",
    dashboard: Uids.SELF_MONITORING,
  }),
];
