import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes } from "../definition";
import { RecordingRule, Severity } from "../rule";

/**
 * The declared servers that answered at least once. The file of targets lists every declared server, so `up` alone
 * does not distinguish a server that vanished from one that never appeared. The expression reads its own earlier result,
 * so the series lasts as long as the server is declared. The range is the longest outage of Prometheus that the series
 * survives.
 */
const serverSeen: RecordingRule = {
  record: "monitoring:server_seen",
  expr: [
    'max by (instance, monitoring) (up{job="node"} == 1)',
    'or max by (instance, monitoring) (last_over_time(monitoring:server_seen[1d]) and on (instance, monitoring) up{job="node"})',
  ].join("\n"),
};

/** A unit of the role `node_exporter`, which is active from the creation of `/run/reboot-required` until the reboot. */
const REBOOT_UNIT = "cdktf-monitoring-reboot-required.service";

/**
 * Alerts about servers that do not answer, that rebooted or that need a reboot. No rule contains the name of a server, so
 * Prometheus needs no reload for a new server.
 */
export const serverAlerts: readonly AlertDefinition[] = [
  define({
    name: "ServerUnreachable",
    group: "servers",
    kinds: ["node_exporter"],
    thresholds: {},
    recordings: [serverSeen],
    levels: [
      {
        severity: Severity.CRITICAL,
        // Eight scrapes, which is longer than the reboot of a small server.
        for: "2m",
        expr: () => 'up{job="node"} == 0 and on (instance, monitoring) monitoring:server_seen',
      },
    ],
    summary: "{{ $labels.instance }} is unreachable",
    description:
      "The node exporter of {{ $labels.instance }} no longer answers. The server is down, the network is cut, or only the exporter has stopped. Nothing on the server is monitored. Try SSH first.",
    dashboard: Uids.FLEET,
  }),
  define({
    name: "ServerNeverAppeared",
    group: "servers",
    kinds: ["node_exporter"],
    thresholds: {},
    recordings: [serverSeen],
    levels: [
      {
        severity: Severity.WARNING,
        // A deploy adds a new server to the scrape targets a few minutes before its exporter runs.
        for: "15m",
        expr: () => 'up{job="node"} == 0 unless on (instance, monitoring) monitoring:server_seen',
      },
    ],
    summary: "{{ $labels.instance }} is declared but has never answered",
    description:
      "{{ $labels.instance }} is declared as a member of {{ $labels.monitoring }}, but its node exporter has never answered. Check whether its deploy failed, or remove the server from the stack.",
    dashboard: Uids.FLEET,
  }),
  define({
    name: "ServerRebooted",
    group: "servers",
    kinds: ["node_exporter"],
    thresholds: { window: minutes(15, "how long the alert fires after a boot") },
    recordings: [serverSeen],
    levels: [
      {
        severity: Severity.WARNING,
        // The uptime is compared, not the time of the boot, because that time moves when the clock is corrected. A server
        // that never answered before the boot is new, and does not fire.
        expr: (t) =>
          [
            `node_time_seconds - node_boot_time_seconds < ${t.window * 60}`,
            `and on (instance, monitoring) monitoring:server_seen offset ${t.window}m`,
          ].join("\n"),
      },
    ],
    summary: "{{ $labels.instance }} rebooted",
    description:
      "{{ $labels.instance }} booted {{ humanizeDuration $value }} ago. If nobody planned the reboot, the kernel crashed, the power failed, or the host of a virtual machine restarted it. The journal of the previous boot contains the cause.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "RebootRequired",
    group: "servers",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // Automatic upgrades can be configured to reboot the server in the following night. The alert waits longer.
        for: "24h",
        expr: () => `node_systemd_unit_state{name="${REBOOT_UNIT}",state="active"} == 1`,
      },
    ],
    summary: "{{ $labels.instance }} needs a reboot",
    description:
      "An upgrade of {{ $labels.instance }}, for example of the kernel, takes effect only after a reboot. Until then, the server runs the old version with its vulnerabilities. /run/reboot-required.pkgs lists the packages.",
    dashboard: Uids.SERVER,
  }),
];
