import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const HOUR = 3600;
const hours = (value: number) => ({ value, unit: "hours", meaning: "predicted time until the file system is full" });

/** Used space of file systems, in bytes. */
const SPACE = "(node_filesystem_size_bytes - node_filesystem_free_bytes)";
/** Used space in percent, as `df` shows it: without the space reserved for root, which may be large. */
const SPACE_USED = `100 * ${SPACE} / (${SPACE} + node_filesystem_avail_bytes)`;
/** Used inodes in percent. File systems that do not count inodes (btrfs, vfat) have no value. */
const INODES_USED = "100 * (node_filesystem_files - node_filesystem_files_free) / node_filesystem_files";
const DISK_QUEUE = "rate(node_disk_io_time_weighted_seconds_total[5m])";
const DISK_REQUESTS = "(rate(node_disk_reads_completed_total[5m]) + rate(node_disk_writes_completed_total[5m]))";
/** Average time from a request to its completion, in seconds, as `iostat` shows it in the column `await`. */
const DISK_LATENCY = `(rate(node_disk_read_time_seconds_total[5m]) + rate(node_disk_write_time_seconds_total[5m])) / ${DISK_REQUESTS}`;
/** Read-only file systems need no free space. */
const WRITABLE = "node_filesystem_readonly == 0";

/**
 * Returns the time until `left` reaches zero, in seconds, at the rate of the last `minutes`. There is no value while
 * `left` does not shrink, or while at most `percent` is used, because the first data on an empty disk always looks like a
 * trend.
 */
function filling(left: string, used: string, minutes: number, hours: number, percent: number): string {
  return [
    `${left} / clamp_min(-deriv(${left}[${minutes}m]), 0) < ${hours * HOUR}`,
    `and ${used} > ${percent}`,
    `and ${WRITABLE}`,
  ].join("\n");
}

/** Alerts about file systems and disks. The forecasts use about the same thresholds as kube-prometheus' node mixin. */
export const diskAlerts: readonly AlertDefinition[] = [
  define({
    name: "DiskFull",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: { warning: percent(80, "space used"), critical: percent(90, "space used") },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `${SPACE_USED} > ${t.warning}\nand ${WRITABLE}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${SPACE_USED} > ${t.critical}\nand ${WRITABLE}` },
    ],
    summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} is {{ printf "%.0f" $value }} % full',
    description:
      'The file system {{ $labels.mountpoint }} ({{ $labels.device }}, {{ $labels.fstype }}) of {{ $labels.instance }} is {{ printf "%.1f" $value }} % full. When no space is left, writes fail. Remove data that is not needed, or enlarge the file system.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "DiskFilling",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {
      warning: hours(24),
      critical: hours(4),
      warningUsed: percent(60, "used space below which the warning does not fire"),
      criticalUsed: percent(80, "used space below which the critical level does not fire"),
      window: minutes(360, "range of the forecast; a short range mistakes a nightly job for a trend"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) => filling("node_filesystem_avail_bytes", SPACE_USED, t.window, t.warning, t.warningUsed),
      },
      {
        severity: Severity.CRITICAL,
        for: "30m",
        expr: (t) => filling("node_filesystem_avail_bytes", SPACE_USED, t.window, t.critical, t.criticalUsed),
      },
    ],
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} will be full in {{ humanizeDuration $value }}",
    description:
      "At the current growth, the file system {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.instance }} will have no space left in {{ humanizeDuration $value }}. Find the files that grow, and stop or rotate them.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "InodesFull",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: { warning: percent(80, "inodes used"), critical: percent(90, "inodes used") },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `${INODES_USED} > ${t.warning}\nand ${WRITABLE}` },
      { severity: Severity.CRITICAL, for: "5m", expr: (t) => `${INODES_USED} > ${t.critical}\nand ${WRITABLE}` },
    ],
    summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} uses {{ printf "%.0f" $value }} % of its inodes',
    description:
      'The file system {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.instance }} uses {{ printf "%.1f" $value }} % of its inodes, because it contains very many files. Without a free inode no file can be created, even if space is left. Find the folder with the files.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "InodesFilling",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {
      warning: hours(24),
      critical: hours(4),
      warningUsed: percent(60, "used inodes below which the warning does not fire"),
      criticalUsed: percent(80, "used inodes below which the critical level does not fire"),
      window: minutes(360, "range of the forecast"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) => filling("node_filesystem_files_free", INODES_USED, t.window, t.warning, t.warningUsed),
      },
      {
        severity: Severity.CRITICAL,
        for: "30m",
        expr: (t) => filling("node_filesystem_files_free", INODES_USED, t.window, t.critical, t.criticalUsed),
      },
    ],
    summary:
      "{{ $labels.mountpoint }} on {{ $labels.instance }} will have no inodes left in {{ humanizeDuration $value }}",
    description:
      "At the current growth, the file system {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.instance }} will have no inodes left in {{ humanizeDuration $value }}. Find the process that creates the files, and stop it.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "FilesystemReadOnly",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "2m",
        // Excludes types of file systems that are often read-only by design: in memory, layered, optical or FUSE.
        expr: () => 'node_filesystem_readonly{fstype!~"tmpfs|ramfs|overlay|udf|fuse.*"} == 1',
      },
    ],
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} is read-only",
    description:
      "The file system {{ $labels.mountpoint }} ({{ $labels.device }}, {{ $labels.fstype }}) of {{ $labels.instance }} is mounted read-only. The kernel does this after disk errors. Read the kernel log before anything is written, and check the backups.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "FilesystemError",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        // The exporter does not run as root, so it may not read mounts below a private folder. That is no disk error.
        expr: () => 'node_filesystem_device_error{device_error!~".*(permission denied|not permitted).*"} == 1',
      },
    ],
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} returns errors",
    description:
      "The node exporter cannot read the size of the file system {{ $labels.mountpoint }} ({{ $labels.device }}, {{ $labels.fstype }}) of {{ $labels.instance }}: {{ $labels.device_error }}. The disk fails, or the file server is gone.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "RaidDegraded",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        // Leaves time for a spare to take over, or for somebody to replace the disk.
        for: "15m",
        expr: () => 'node_md_disks_required - ignoring (state) node_md_disks{state="active"} > 0',
      },
    ],
    summary: "The RAID array {{ $labels.device }} of {{ $labels.instance }} lacks {{ $value }} of its disks",
    description:
      "The RAID array {{ $labels.device }} of {{ $labels.instance }} runs without {{ $value }} of its disks. If another disk fails, the data may be lost. Check the backups, and replace the disk.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "RaidDiskFailed",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.WARNING, for: "2m", expr: () => 'node_md_disks{state="failed"} > 0' }],
    summary: "A disk of the RAID array {{ $labels.device }} of {{ $labels.instance }} has failed",
    description:
      "{{ $value }} disks of the RAID array {{ $labels.device }} of {{ $labels.instance }} have failed. If the array has a spare, the spare has taken over. Replace the failed disks before another one fails.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "DiskSaturated",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {
      queue: { value: 10, unit: "requests", meaning: "average number of requests that wait for the disk" },
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) => `${DISK_QUEUE} > ${t.queue}`,
      },
    ],
    summary: "The disk {{ $labels.device }} of {{ $labels.instance }} is saturated",
    description:
      'On average, {{ printf "%.1f" $value }} requests wait for the disk {{ $labels.device }} of {{ $labels.instance }}, so all reads and writes are slow. Find the process with iotop, or use a faster disk.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "DiskSlow",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {
      // The value of awesome-prometheus-alerts (HostUnusualDiskReadLatency); ten times what a magnetic disk needs.
      latency: { value: 0.1, unit: "seconds", meaning: "average duration of a request" },
      // Without this limit, a disk that sleeps would fire, because the few requests that wake it take seconds.
      requests: {
        value: 1,
        unit: "requests per second",
        meaning: "requests below which the alert does not fire",
      },
      // The value of DiskSaturated, which reports disks with a long queue. Large writes are slow because of their queue.
      queue: { value: 10, unit: "requests", meaning: "waiting requests above which DiskSaturated reports the disk" },
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) =>
          [
            `${DISK_LATENCY} > ${t.latency}`,
            `and ${DISK_REQUESTS} > ${t.requests}`,
            `unless ${DISK_QUEUE} > ${t.queue}`,
          ].join("\n"),
      },
    ],
    summary: "The disk {{ $labels.device }} of {{ $labels.instance }} is slow",
    description:
      "A request to the disk {{ $labels.device }} of {{ $labels.instance }} takes {{ humanizeDuration $value }} on average, although few requests wait. The disk may be failing, or the storage behind a virtual disk is slow. Check the kernel log and the health of the disk.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "ZfsPoolDegraded",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: () => 'node_zfs_zpool_state{state!="online"} == 1' }],
    summary: "The ZFS pool {{ $labels.zpool }} of {{ $labels.instance }} is {{ $labels.state }}",
    description:
      "The ZFS pool {{ $labels.zpool }} of {{ $labels.instance }} is not online but {{ $labels.state }}. A degraded pool has lost a disk, and another failure may lose data. A pool in another state does not serve its data. Check it with zpool status.",
    dashboard: Uids.SERVER,
  }),
];
