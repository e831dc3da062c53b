import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

const FILES_USED = "100 * node_filefd_allocated / node_filefd_maximum";
const CONNECTIONS_USED = "100 * node_nf_conntrack_entries / node_nf_conntrack_entries_limit";
/** Difference between the server's clock and the timestamp of the scrape, which the clock of Prometheus' server sets. */
const CLOCK_OFFSET = "abs(node_time_seconds - timestamp(node_time_seconds))";

/** Alerts about kernel limits and the clock. */
export const kernelAlerts: readonly AlertDefinition[] = [
  define({
    name: "FileDescriptorsShort",
    group: "kernel",
    kinds: ["node_exporter"],
    thresholds: {
      warning: percent(75, "used file descriptors"),
      critical: percent(90, "used file descriptors"),
    },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `${FILES_USED} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${FILES_USED} > ${t.critical}` },
    ],
    summary: '{{ $labels.instance }} uses {{ printf "%.0f" $value }} % of its file descriptors',
    description:
      '{{ printf "%.1f" $value }} % of the file descriptors that the kernel of {{ $labels.instance }} allows are open. At the limit no process can open a file or accept a connection. Find the process that holds most of them. Usually it does not close files or sockets.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ConntrackFull",
    group: "kernel",
    kinds: ["node_exporter"],
    thresholds: {
      warning: percent(75, "used entries of the table"),
      critical: percent(90, "used entries of the table"),
    },
    levels: [
      { severity: Severity.WARNING, for: "10m", expr: (t) => `${CONNECTIONS_USED} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "2m", expr: (t) => `${CONNECTIONS_USED} > ${t.critical}` },
    ],
    summary: 'The connection tracking table of {{ $labels.instance }} is {{ printf "%.0f" $value }} % full',
    description:
      'The firewall of {{ $labels.instance }} tracks connections in a table that is {{ printf "%.1f" $value }} % full. When the table is full, the kernel silently drops new connections. Find the source of the connections, or raise the limit (nf_conntrack_max).',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ClockWrong",
    group: "clock",
    kinds: ["node_exporter"],
    thresholds: {
      warning: { value: 5, unit: "seconds", meaning: "offset from the clock of Prometheus' server" },
      critical: { value: 60, unit: "seconds", meaning: "offset from the clock of Prometheus' server" },
    },
    levels: [
      { severity: Severity.WARNING, for: "10m", expr: (t) => `${CLOCK_OFFSET} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${CLOCK_OFFSET} > ${t.critical}` },
    ],
    summary: "The clock of {{ $labels.instance }} is off by {{ humanizeDuration $value }}",
    description:
      "The clock of {{ $labels.instance }} differs from that of Prometheus' server by {{ humanizeDuration $value }}. Logs do not line up, and tokens and certificates seem invalid. Check the time service of both servers. If the alert fires for all servers, the clock of Prometheus' server is wrong.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ClockDrifting",
    group: "clock",
    kinds: ["node_exporter"],
    // The value of the node mixin.
    thresholds: { offset: { value: 0.05, unit: "seconds", meaning: "offset from the time server" } },
    levels: [{ severity: Severity.WARNING, for: "10m", expr: (t) => `abs(node_timex_offset_seconds) > ${t.offset}` }],
    summary: "The clock of {{ $labels.instance }} differs from its time server by {{ humanizeDuration $value }}",
    description:
      "The time service of {{ $labels.instance }} measures an offset of {{ humanizeDuration $value }} and does not correct it. Check the time servers and their distance. A virtual machine that was paused needs a clock step.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ClockNotSynchronised",
    group: "clock",
    kinds: ["node_exporter"],
    thresholds: {
      // The kernel treats a clock as unsynchronised if its estimated error reaches 16 seconds (NTP_PHASE_LIMIT).
      error: { value: 16, unit: "seconds", meaning: "the kernel's estimate of the maximum error" },
    },
    levels: [
      {
        severity: Severity.WARNING,
        // Time services need a few minutes after a boot.
        for: "15m",
        expr: (t) => `node_timex_sync_status == 0 and node_timex_maxerror_seconds >= ${t.error}`,
      },
    ],
    summary: "The clock of {{ $labels.instance }} is not synchronised",
    description:
      "No time service synchronises the clock of {{ $labels.instance }}. It drifts by seconds per day, until logs do not line up and certificates seem invalid. Start a time service (systemd-timesyncd, chrony), and check that it reaches its time servers.",
    dashboard: Uids.SERVER,
  }),
];
