import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const MEMORY_USED = "100 * (node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / node_memory_MemTotal_bytes";

/** The share of time that processors spent in some modes, in percent, over all of a server's processors. */
function cpuTime(modes: string): string {
  return `100 * sum by (instance, monitoring) (rate(node_cpu_seconds_total{${modes}}[5m])) / sum by (instance, monitoring) (rate(node_cpu_seconds_total[5m]))`;
}

/** Memory and processors. */
export const computeAlerts: readonly AlertDefinition[] = [
  define({
    name: "MemoryShort",
    group: "memory",
    kinds: ["node_exporter"],
    thresholds: { warning: percent(90, "memory used"), critical: percent(95, "memory used") },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `${MEMORY_USED} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${MEMORY_USED} > ${t.critical}` },
    ],
    summary: '{{ $labels.instance }} uses {{ printf "%.0f" $value }} % of its memory',
    description:
      '{{ printf "%.1f" $value }} % of the memory of {{ $labels.instance }} is in use (caches that can be dropped are not counted). When it is used up the kernel ends processes. Find who uses it, or give the server more.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "OutOfMemoryKill",
    group: "memory",
    kinds: ["node_exporter"],
    thresholds: { window: minutes(15, "for how long a kill is told") },
    levels: [{ severity: Severity.WARNING, expr: (t) => `increase(node_vmstat_oom_kill[${t.window}m]) > 0` }],
    summary: "{{ $labels.instance }} had no memory left, and the kernel ended a process",
    description:
      "The kernel of {{ $labels.instance }} has just ended a process because memory was used up, or the process had reached the limit of its unit. The kernel's log says which; see whether it was started again.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "MemoryThrashing",
    group: "memory",
    kinds: ["node_exporter"],
    // As in the node mixin.
    thresholds: { faults: { value: 500, unit: "pages per second", meaning: "pages that had to be read from disk" } },
    levels: [{ severity: Severity.WARNING, for: "15m", expr: (t) => `rate(node_vmstat_pgmajfault[5m]) > ${t.faults}` }],
    summary: "{{ $labels.instance }} reads its programs' memory from disk again and again",
    description:
      '{{ printf "%.0f" $value }} times a second something on {{ $labels.instance }} waits for a page of memory from disk: there is less memory than what is at work needs, and all is slow. Find who uses it, or give the server more.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "CpuBusy",
    group: "cpu",
    kinds: ["node_exporter"],
    thresholds: { busy: percent(90, "processor time in use") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) => `${cpuTime('mode!~"idle|iowait|steal"')} > ${t.busy}`,
      },
    ],
    summary: 'The processors of {{ $labels.instance }} are {{ printf "%.0f" $value }} % busy',
    description:
      'The processors of {{ $labels.instance }} have been {{ printf "%.1f" $value }} % busy for long. Find what runs (top); if that is what the server is for, it needs more of them.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "CpuStolen",
    group: "cpu",
    kinds: ["node_exporter"],
    thresholds: { stolen: percent(10, "processor time that other machines got") },
    levels: [{ severity: Severity.WARNING, for: "30m", expr: (t) => `${cpuTime('mode="steal"')} > ${t.stolen}` }],
    summary: '{{ $labels.instance }} does not get {{ printf "%.0f" $value }} % of its processors',
    description:
      'The machine that {{ $labels.instance }} runs on gives {{ printf "%.1f" $value }} % of its processor time to others: its host is overbooked, or a burstable instance has used up its credits. Take another instance type, or another host.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "LoadHigh",
    group: "cpu",
    kinds: ["node_exporter"],
    // As in the node mixin.
    thresholds: { load: { value: 2, unit: "tasks per processor", meaning: "tasks that run or wait" } },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) =>
          `node_load5 / on (instance, monitoring) count by (instance, monitoring) (node_cpu_seconds_total{mode="idle"}) > ${t.load}`,
      },
    ],
    summary: 'The load of {{ $labels.instance }} is {{ printf "%.1f" $value }} per processor',
    description:
      'On {{ $labels.instance }} {{ printf "%.1f" $value }} tasks a processor run, wait to run, or wait for a disk. Where the processors are not busy it is the disks, or a network file system that does not answer.',
    dashboard: Uids.SERVER,
  }),
];
