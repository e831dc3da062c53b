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
/** A size below which file systems have a special purpose, such as the tmpfs of a secret, and may be full. */
const smallest = {
  value: 2 ** 20,
  unit: "bytes",
  meaning: "size below which the alert does not fire, because such a file system may be full on purpose",
};

/**
 * Returns the file systems that somebody must keep from filling up. Read-only ones need no free space. Bind mounts have
 * the device of another mount, and the overlay of a container has the space of the file system below it. The oldest
 * mount of a device counts; only devices with a path have a unique name.
 */
function watched(bytes: number): string {
  return [
    "(",
    '  topk by (instance, monitoring, device) (1, node_filesystem_readonly{device=~".*/.*"} == 0)',
    '  or node_filesystem_readonly{device!~".*/.*"} == 0',
    ")",
    'unless node_filesystem_readonly{fstype="overlay", mountpoint!="/"}',
    `and node_filesystem_size_bytes >= ${bytes}`,
  ].join("\n");
}

/**
 * Returns the time until `left` reaches zero, in seconds, at the rate of the last `minutes`. There is no value while
 * `left` does not shrink, or while at most `percent` is used, because the first data on an empty disk always looks like a
 * trend.
 */
function filling(
  left: string,
  used: string,
  { minutes, hours, percent, bytes }: Readonly<Record<"minutes" | "hours" | "percent" | "bytes", number>>,
): string {
  return [
    `${left} / clamp_min(-deriv(${left}[${minutes}m]), 0) < ${hours * HOUR}`,
    `and ${used} > ${percent}`,
    `and (${watched(bytes)})`,
  ].join("\n");
}

/** Alerts about file systems. The forecasts use about the same thresholds as kube-prometheus' node mixin. */
export const diskAlerts: readonly AlertDefinition[] = [
  define({
    name: "DiskFull",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: { warning: percent(80, "space used"), critical: percent(90, "space used"), smallest },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) => `${SPACE_USED} > ${t.warning}\nand (${watched(t.smallest)})`,
      },
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: (t) => `${SPACE_USED} > ${t.critical}\nand (${watched(t.smallest)})`,
      },
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
      smallest,
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) =>
          filling("node_filesystem_avail_bytes", SPACE_USED, {
            minutes: t.window,
            hours: t.warning,
            percent: t.warningUsed,
            bytes: t.smallest,
          }),
      },
      {
        severity: Severity.CRITICAL,
        for: "30m",
        expr: (t) =>
          filling("node_filesystem_avail_bytes", SPACE_USED, {
            minutes: t.window,
            hours: t.critical,
            percent: t.criticalUsed,
            bytes: t.smallest,
          }),
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
    thresholds: { warning: percent(80, "inodes used"), critical: percent(90, "inodes used"), smallest },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) => `${INODES_USED} > ${t.warning}\nand (${watched(t.smallest)})`,
      },
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: (t) => `${INODES_USED} > ${t.critical}\nand (${watched(t.smallest)})`,
      },
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
      smallest,
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) =>
          filling("node_filesystem_files_free", INODES_USED, {
            minutes: t.window,
            hours: t.warning,
            percent: t.warningUsed,
            bytes: t.smallest,
          }),
      },
      {
        severity: Severity.CRITICAL,
        for: "30m",
        expr: (t) =>
          filling("node_filesystem_files_free", INODES_USED, {
            minutes: t.window,
            hours: t.critical,
            percent: t.criticalUsed,
            bytes: t.smallest,
          }),
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
        // Excludes types of file systems that are often read-only by design: in memory, layered, optical or FUSE. If the
        // same device is mounted writable, somebody made a read-only bind mount.
        expr: () =>
          [
            'topk by (instance, monitoring, device) (1, node_filesystem_readonly{fstype!~"tmpfs|ramfs|overlay|udf|fuse.*"} == 1)',
            "unless on (instance, monitoring, device) (node_filesystem_readonly == 0)",
          ].join("\n"),
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
];
