import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

const FILES_USED = "100 * node_filefd_allocated / node_filefd_maximum";
const CONNECTIONS_USED = "100 * node_nf_conntrack_entries / node_nf_conntrack_entries_limit";
/** The offset of the clock from that of Prometheus' server: what the exporter says it is, when Prometheus asked. */
const CLOCK_OFFSET = "abs(node_time_seconds - timestamp(node_time_seconds))";

/** Tables of the kernel that may run full, and its clock. */
export const kernelAlerts: readonly AlertDefinition[] = [
  define({
    name: "FileDescriptorsShort",
    group: "kernel",
    kinds: ["node_exporter"],
    thresholds: {
      warning: percent(75, "open files of the kernel's limit"),
      critical: percent(90, "open files of the kernel's limit"),
    },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `${FILES_USED} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${FILES_USED} > ${t.critical}` },
    ],
    summary: '{{ $labels.instance }} has {{ printf "%.0f" $value }} % of its file descriptors in use',
    description:
      '{{ printf "%.1f" $value }} % of the files and sockets that the kernel of {{ $labels.instance }} admits are open. At the limit nothing can open a file or take a connection. Find who holds them: most likely something does not close what it opens.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ConntrackFull",
    group: "kernel",
    kinds: ["node_exporter"],
    thresholds: {
      warning: percent(75, "connections of the table's limit"),
      critical: percent(90, "connections of the table's limit"),
    },
    levels: [
      { severity: Severity.WARNING, for: "10m", expr: (t) => `${CONNECTIONS_USED} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "2m", expr: (t) => `${CONNECTIONS_USED} > ${t.critical}` },
    ],
    summary: 'The connection tracking table of {{ $labels.instance }} is {{ printf "%.0f" $value }} % full',
    description:
      'The firewall of {{ $labels.instance }} keeps track of connections in a table that is {{ printf "%.1f" $value }} % full. When it is full new connections are dropped without a word. See who opens so many, or raise the limit (nf_conntrack_max).',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ClockWrong",
    group: "clock",
    kinds: ["node_exporter"],
    thresholds: {
      warning: { value: 5, unit: "seconds", meaning: "how far it is off the clock of Prometheus' server" },
      critical: { value: 60, unit: "seconds", meaning: "how far it is off the clock of Prometheus' server" },
    },
    levels: [
      { severity: Severity.WARNING, for: "10m", expr: (t) => `${CLOCK_OFFSET} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${CLOCK_OFFSET} > ${t.critical}` },
    ],
    summary: "The clock of {{ $labels.instance }} is off by {{ humanizeDuration $value }}",
    description:
      "The clock of {{ $labels.instance }} differs from the one of Prometheus' server by {{ humanizeDuration $value }}: logs don't fit together, certificates and tokens seem invalid. See whether time is synchronised on both; where all servers are told, it is Prometheus' own that is wrong.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ClockDrifting",
    group: "clock",
    kinds: ["node_exporter"],
    // As in the node mixin.
    thresholds: { offset: { value: 0.05, unit: "seconds", meaning: "how far it is off its time server" } },
    levels: [{ severity: Severity.WARNING, for: "10m", expr: (t) => `abs(node_timex_offset_seconds) > ${t.offset}` }],
    summary: "The clock of {{ $labels.instance }} is {{ humanizeDuration $value }} off its time server",
    description:
      "The time service of {{ $labels.instance }} finds its clock {{ humanizeDuration $value }} off, and cannot keep it closer. See what its time servers are and how far away; a virtual machine that was paused needs a step.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ClockNotSynchronised",
    group: "clock",
    kinds: ["node_exporter"],
    thresholds: {
      // The kernel itself gives up at 16 seconds (NTP_PHASE_LIMIT).
      error: { value: 16, unit: "seconds", meaning: "how far off the kernel holds possible" },
    },
    levels: [
      {
        severity: Severity.WARNING,
        // A server that boots takes some minutes.
        for: "15m",
        expr: (t) => `node_timex_sync_status == 0 and node_timex_maxerror_seconds >= ${t.error}`,
      },
    ],
    summary: "The clock of {{ $labels.instance }} is not synchronised",
    description:
      "No time service keeps the clock of {{ $labels.instance }} right. It drifts by seconds a day: logs don't fit together, and in the end certificates seem invalid. Install or start one (systemd-timesyncd, chrony), and see that it reaches its servers.",
    dashboard: Uids.SERVER,
  }),
];
