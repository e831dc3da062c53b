import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const SWAP_USED = "100 * (node_memory_SwapTotal_bytes - node_memory_SwapFree_bytes) / node_memory_SwapTotal_bytes";
const MEMORY_USED = "100 * (node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes) / node_memory_MemTotal_bytes";

/** Returns the share of CPU time spent in the modes that `modes` selects, in percent, over all CPUs of a server. */
function cpuTime(modes: string): string {
  return `100 * sum by (instance, monitoring) (rate(node_cpu_seconds_total{${modes}}[5m])) / sum by (instance, monitoring) (rate(node_cpu_seconds_total[5m]))`;
}

/** Alerts about memory and CPUs. */
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
      '{{ printf "%.1f" $value }} % of the memory of {{ $labels.instance }} is in use, without caches that the kernel can drop. When no memory is left, the kernel kills processes. Find the process that uses it, or add memory.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "SwapFull",
    group: "memory",
    kinds: ["node_exporter"],
    thresholds: {
      // The value of awesome-prometheus-alerts (HostSwapIsFillingUp).
      swap: percent(80, "swap used"),
      // The kernel also swaps out unused pages while memory is free, so a full swap alone is harmless. The value is below
      // the 90 % of MemoryShort, so that this alert comes first.
      memory: percent(85, "memory used below which the alert does not fire"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) => `${SWAP_USED} > ${t.swap}\nand ${MEMORY_USED} > ${t.memory}`,
      },
    ],
    summary: '{{ $labels.instance }} uses {{ printf "%.0f" $value }} % of its swap',
    description:
      '{{ printf "%.1f" $value }} % of the swap of {{ $labels.instance }} is in use, and little memory is left. When both are full, the kernel kills processes. Find the process that uses the memory, or add memory.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "OutOfMemoryKill",
    group: "memory",
    kinds: ["node_exporter"],
    thresholds: { window: minutes(15, "how long the alert fires after a kill") },
    levels: [{ severity: Severity.WARNING, expr: (t) => `increase(node_vmstat_oom_kill[${t.window}m]) > 0` }],
    summary: "{{ $labels.instance }} ran out of memory, and the kernel killed a process",
    description:
      "The kernel of {{ $labels.instance }} killed a process, because the server had no memory left or the process reached the limit of its unit. The kernel log names the process. Check that its service runs again.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "MemoryThrashing",
    group: "memory",
    kinds: ["node_exporter"],
    // The value of the node mixin.
    thresholds: { faults: { value: 500, unit: "pages per second", meaning: "memory pages read from disk" } },
    levels: [{ severity: Severity.WARNING, for: "15m", expr: (t) => `rate(node_vmstat_pgmajfault[5m]) > ${t.faults}` }],
    summary: "{{ $labels.instance }} is thrashing: processes wait for memory pages from disk",
    description:
      '{{ printf "%.0f" $value }} times per second, a process on {{ $labels.instance }} waits for a memory page from disk. The active memory is larger than the RAM, so everything is slow. Find the process that uses it, or add memory.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "CpuBusy",
    group: "cpu",
    kinds: ["node_exporter"],
    thresholds: { busy: percent(90, "CPU time in use") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) => `${cpuTime('mode!~"idle|iowait|steal"')} > ${t.busy}`,
      },
    ],
    summary: 'The CPUs of {{ $labels.instance }} are {{ printf "%.0f" $value }} % busy',
    description:
      'The CPUs of {{ $labels.instance }} have been {{ printf "%.1f" $value }} % busy for a long time. Find the process with top. If the load is expected, add CPUs.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "CpuStolen",
    group: "cpu",
    kinds: ["node_exporter"],
    thresholds: { stolen: percent(10, "CPU time given to other machines (steal)") },
    levels: [{ severity: Severity.WARNING, for: "30m", expr: (t) => `${cpuTime('mode="steal"')} > ${t.stolen}` }],
    summary: 'The hypervisor withholds {{ printf "%.0f" $value }} % of the CPU time of {{ $labels.instance }}',
    description:
      'The hypervisor gives {{ printf "%.1f" $value }} % of the CPU time of {{ $labels.instance }} to other machines (steal). The host is overcommitted, or a burstable instance has used up its CPU credits. Use another instance type or host.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "CpuWaiting",
    group: "cpu",
    kinds: ["node_exporter"],
    // With two CPUs, a single process that always waits for a disk, such as a backup, causes 50 %.
    thresholds: { waiting: percent(50, "CPU time spent waiting for disks") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        // The modes of a CPU add up to one second per second, so the mean over the CPUs is a share.
        expr: (t) =>
          `100 * avg by (instance, monitoring) (rate(node_cpu_seconds_total{mode="iowait"}[5m])) > ${t.waiting}`,
      },
    ],
    summary: 'The CPUs of {{ $labels.instance }} wait for disks {{ printf "%.0f" $value }} % of the time',
    description:
      'The CPUs of {{ $labels.instance }} have spent {{ printf "%.1f" $value }} % of their time waiting for disks or network file systems (iowait) for an hour. Find the process with iotop, and check whether the disk is slow or memory is short.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "LoadHigh",
    group: "cpu",
    kinds: ["node_exporter"],
    // The value of the node mixin.
    thresholds: { load: { value: 2, unit: "tasks per CPU", meaning: "tasks that run or wait for a CPU or a disk" } },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) =>
          `node_load5 / on (instance, monitoring) count by (instance, monitoring) (node_cpu_seconds_total{mode="idle"}) > ${t.load}`,
      },
    ],
    summary: 'The load of {{ $labels.instance }} is {{ printf "%.1f" $value }} per CPU',
    description:
      'On {{ $labels.instance }}, {{ printf "%.1f" $value }} tasks per CPU run, wait for a CPU, or wait for a disk. If the CPUs are idle, a disk or a network file system is slow.',
    dashboard: Uids.SERVER,
  }),
];
