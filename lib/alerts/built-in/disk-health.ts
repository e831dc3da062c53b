import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define } from "../definition";
import { Severity } from "../rule";

const DISK_QUEUE = "rate(node_disk_io_time_weighted_seconds_total[5m])";
const DISK_REQUESTS = "(rate(node_disk_reads_completed_total[5m]) + rate(node_disk_writes_completed_total[5m]))";
/** Average time from a request to its completion, in seconds, as `iostat` shows it in the column `await`. */
const DISK_LATENCY = `(rate(node_disk_read_time_seconds_total[5m]) + rate(node_disk_write_time_seconds_total[5m])) / ${DISK_REQUESTS}`;

/** Alerts about disks, RAID arrays and pools of disks. */
export const diskHealthAlerts: readonly AlertDefinition[] = [
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
      // The value of awesome-prometheus-alerts (HostUnusualDiskReadLatency); ten times the usual latency of a hard disk.
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
  define({
    name: "BtrfsDeviceErrors",
    group: "disks",
    kinds: ["node_exporter"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // The file system stores the counters, so they include errors from before a reboot. The alert ends when somebody
        // resets them.
        expr: () => "sum by (instance, monitoring, device) (node_btrfs_device_errors_total) > 0",
      },
    ],
    summary: "The btrfs disk {{ $labels.device }} of {{ $labels.instance }} has errors",
    description:
      "btrfs counted {{ $value }} errors of the disk {{ $labels.device }} of {{ $labels.instance }}: failed reads and writes, or damaged data. The disk may be failing. btrfs device stats shows the counters, and the kernel log names the files.",
    dashboard: Uids.SERVER,
  }),
];
