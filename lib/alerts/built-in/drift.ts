import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes } from "../definition";
import { Severity } from "../rule";

/**
 * Alerts about changes to a server since its last deploy. Once per minute, a program of the role `node_exporter` compares
 * the firewall table, files and programs with what the last deploy recorded.
 */
export const driftAlerts: readonly AlertDefinition[] = [
  define({
    name: "FirewallMissing",
    group: "drift",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        // Two comparisons. New rules of strict mode are on trial for less time.
        for: "2m",
        expr: () => "monitoring_firewall_intact == 0",
      },
    ],
    summary: "The firewall table of {{ $labels.instance }} {{ $labels.state }}",
    description:
      "The firewall table of {{ $labels.instance }} {{ $labels.state }}, so that unauthorized sources may reach the ports of the monitoring. Another program or a person changed it after the last deploy. Run the firewall's playbook on the server.",
    dashboard: Uids.SELF_MONITORING,
  }),
  define({
    name: "DeployedFilesChanged",
    group: "drift",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // A deploy changes files some minutes before it records them: it may move data, or wait for a service.
        for: "15m",
        expr: () => "monitoring_deployed_change == 1",
      },
    ],
    summary: "{{ $labels.path }} on {{ $labels.instance }} {{ $labels.change }}",
    description:
      "{{ $labels.path }} of {{ $labels.component }} on {{ $labels.instance }} {{ $labels.change }}. The last deploy did not do this: a person or another program changed it, or a deploy was interrupted. Run the playbook of the component on the server.",
    dashboard: Uids.SELF_MONITORING,
  }),
  define({
    name: "DriftCheckStopped",
    group: "drift",
    kinds: ["node_exporter"],
    thresholds: { age: minutes(10, "time since the last comparison") },
    levels: [
      {
        severity: Severity.WARNING,
        // A deploy updates the rules some minutes before the servers.
        for: "15m",
        // Both times are of the server's clock. A node exporter without the textfile collector does not fire.
        expr: (t) =>
          [
            `node_time_seconds - monitoring_drift_check_timestamp_seconds > ${t.age} * 60`,
            "or node_textfile_scrape_error unless on (instance, monitoring) monitoring_drift_check_timestamp_seconds",
          ].join("\n"),
      },
    ],
    summary: "{{ $labels.instance }} is no longer compared with its last deploy",
    description:
      "The timer cdktf-monitoring-drift of {{ $labels.instance }} does not run, or its metrics are missing. FirewallMissing and DeployedFilesChanged cannot fire for this server.",
    dashboard: Uids.SELF_MONITORING,
  }),
];
