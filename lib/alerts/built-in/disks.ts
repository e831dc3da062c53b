import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const HOUR = 3600;
const hours = (value: number) => ({ value, unit: "hours", meaning: "how soon it will be full" });

/** What is used of file systems, in bytes. */
const SPACE = "(node_filesystem_size_bytes - node_filesystem_free_bytes)";
/** How full they are by space, in percent, as df has it: of what is not kept for root, which may be much. */
const SPACE_USED = `100 * ${SPACE} / (${SPACE} + node_filesystem_avail_bytes)`;
/** How full they are by inodes, in percent. Those that count no inodes (btrfs, vfat) have no value. */
const INODES_USED = "100 * (node_filesystem_files - node_filesystem_files_free) / node_filesystem_files";
/** What is never written to need not have room. */
const WRITABLE = "node_filesystem_readonly == 0";

/**
 * When something will be gone at the rate of the last hours, in seconds; no value where it does not shrink. Told only
 * where it is fairly full, for an empty disk that gets its first data always seems to run full.
 */
function filling(left: string, used: string, minutes: number, hours: number, percent: number): string {
  return [
    `${left} / clamp_min(-deriv(${left}[${minutes}m]), 0) < ${hours * HOUR}`,
    `and ${used} > ${percent}`,
    `and ${WRITABLE}`,
  ].join("\n");
}

/** File systems, and the disks below them. The levels of the fillings are about those of kube-prometheus' node mixin. */
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
      'The file system {{ $labels.mountpoint }} ({{ $labels.device }}, {{ $labels.fstype }}) of {{ $labels.instance }} has {{ printf "%.1f" $value }} % of its space in use. What writes there fails when it is full: remove what is not needed, or enlarge it.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "DiskFilling",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {
      warning: hours(24),
      critical: hours(4),
      warningUsed: percent(60, "space used, below which nobody is warned"),
      criticalUsed: percent(80, "space used, below which it is not critical"),
      window: minutes(360, "the time whose rate is taken to go on; shorter ones take a nightly job for a trend"),
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
      "At the rate of the last hours the file system {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.instance }} has no space left in {{ humanizeDuration $value }}. Find what grows there, and stop or rotate it.",
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
    summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} has {{ printf "%.0f" $value }} % of its inodes in use',
    description:
      'The file system {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.instance }} has {{ printf "%.1f" $value }} % of its inodes in use: it holds very many files. Without inodes no file can be made, however much space there is. Find the folder with the many files.',
    dashboard: Uids.SERVER,
  }),
  define({
    name: "InodesFilling",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {
      warning: hours(24),
      critical: hours(4),
      warningUsed: percent(60, "inodes used, below which nobody is warned"),
      criticalUsed: percent(80, "inodes used, below which it is not critical"),
      window: minutes(360, "the time whose rate is taken to go on"),
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
      "At the rate of the last hours the file system {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.instance }} has no inode left in {{ humanizeDuration $value }}. Find what makes so many files, and stop it.",
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
        // Not those that nobody's errors make read-only: they are in memory, are an image, or another system's.
        expr: () => 'node_filesystem_readonly{fstype!~"tmpfs|ramfs|overlay|udf|fuse.*"} == 1',
      },
    ],
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} is read-only",
    description:
      "The file system {{ $labels.mountpoint }} ({{ $labels.device }}, {{ $labels.fstype }}) of {{ $labels.instance }} is mounted read-only. The kernel does that when it met errors on the disk: read the kernel's log before anything is written, and look to the backups.",
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
        // The exporter is not root, so that mounts below closed folders are denied to it: no error of a disk.
        expr: () => 'node_filesystem_device_error{device_error!~".*(permission denied|not permitted).*"} == 1',
      },
    ],
    summary: "{{ $labels.mountpoint }} on {{ $labels.instance }} gives errors",
    description:
      "The file system {{ $labels.mountpoint }} ({{ $labels.device }}, {{ $labels.fstype }}) of {{ $labels.instance }} does not even tell how full it is: {{ $labels.device_error }}. Its disk fails, or the server that it is mounted from is gone.",
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
        // A spare that takes over, or a disk that is changed, gets its time.
        for: "15m",
        expr: () => 'node_md_disks_required - ignoring (state) node_md_disks{state="active"} > 0',
      },
    ],
    summary: "The array {{ $labels.device }} of {{ $labels.instance }} lacks {{ $value }} of its disks",
    description:
      "The RAID array {{ $labels.device }} of {{ $labels.instance }} works without {{ $value }} of its disks: when another one fails the data may be lost. Look to the backups, and replace the disk.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "RaidDiskFailed",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [{ severity: Severity.WARNING, for: "2m", expr: () => 'node_md_disks{state="failed"} > 0' }],
    summary: "A disk of the array {{ $labels.device }} of {{ $labels.instance }} has failed",
    description:
      "{{ $value }} of the disks of the RAID array {{ $labels.device }} of {{ $labels.instance }} have failed. Where there is a spare it has taken over; replace what failed before the next one does.",
    dashboard: Uids.SERVER,
  }),
  define({
    name: "DiskSaturated",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: { queue: { value: 10, unit: "requests", meaning: "requests that wait for the disk, on average" } },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) => `rate(node_disk_io_time_weighted_seconds_total[5m]) > ${t.queue}`,
      },
    ],
    summary: "The disk {{ $labels.device }} of {{ $labels.instance }} cannot keep up",
    description:
      'On average {{ printf "%.1f" $value }} requests wait for the disk {{ $labels.device }} of {{ $labels.instance }}: all that reads and writes there is slow. Find who does (iotop), or get a faster disk.',
    dashboard: Uids.SERVER,
  }),
];
