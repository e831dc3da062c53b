import { APP, critical, Labels, metrics, Situation, warning, withoutJob } from "../../../support/expectations";

const SDB: Labels = { ...APP, device: "sdb" };
const MD0: Labels = { ...APP, device: "md0" };

const array = (active: string, failed: string) => ({
  ...metrics(MD0, { node_md_disks_required: "2x60" }),
  ...metrics({ ...MD0, state: "active" }, { node_md_disks: active }),
  ...metrics({ ...MD0, state: "failed" }, { node_md_disks: failed }),
  ...metrics({ ...MD0, state: "spare" }, { node_md_disks: "0x60" }),
});

/**
 * A disk that serves `each` reads and as many writes per second. They take `seconds` per minute each, and `queue`
 * requests wait on average.
 */
const requests = (each: number, seconds: number, queue = 1) =>
  metrics(SDB, {
    node_disk_reads_completed_total: `1000+${60 * each}x90`,
    node_disk_writes_completed_total: `1000+${60 * each}x90`,
    node_disk_read_time_seconds_total: `1000+${seconds}x90`,
    node_disk_write_time_seconds_total: `1000+${seconds}x90`,
    node_disk_io_time_weighted_seconds_total: `1000+${60 * queue}x90`,
  });

/** Errors of one type that btrfs counted on a disk. */
const btrfs = (type: string, errors: string) =>
  metrics({ ...SDB, type, uuid: "0abb23a9-579b-43e6-ad30-227ef47fcb9d" }, { node_btrfs_device_errors_total: errors });
const SDB_WITHOUT_JOB = withoutJob(SDB);

/** A ZFS pool that changes from online to `state` at minute 10. */
const pool = (state: string) =>
  Object.assign(
    {},
    ...["online", "degraded", "faulted", "suspended"].map((other) =>
      metrics(
        { ...APP, zpool: "tank", state: other },
        { node_zfs_zpool_state: `${other === "online" ? 1 : 0}x9 ${other === state ? 1 : 0}x60` },
      ),
    ),
  ) as Record<string, string>;

export const diskHealth: readonly Situation[] = [
  {
    alert: "RaidDegraded",
    when: "one of two disks is missing",
    series: array("2x9 1x50", "0x60"),
    fires: { 24: [], 25: [critical(MD0, "The RAID array md0 of app lacks 1 of its disks")] },
  },
  { alert: "RaidDegraded", when: "both disks are active", series: array("2x60", "0x60"), fires: { 60: [] } },
  {
    alert: "RaidDegraded",
    when: "a spare takes over within 15 minutes",
    series: array("2x9 1x13 2x50", "0x9 1x50"),
    fires: { 24: [], 60: [] },
  },
  {
    alert: "RaidDiskFailed",
    when: "a disk fails",
    series: array("2x60", "0x9 1x50"),
    fires: {
      11: [],
      12: [warning({ ...MD0, state: "failed" }, "A disk of the RAID array md0 of app has failed")],
    },
  },
  { alert: "RaidDiskFailed", when: "no disk has failed", series: array("2x60", "0x60"), fires: { 60: [] } },
  {
    alert: "DiskSaturated",
    when: "10.5 requests wait for a disk",
    series: metrics(SDB, { node_disk_io_time_weighted_seconds_total: "1000+630x90" }),
    fires: { 33: [], 34: [warning(SDB, "The disk sdb of app is saturated")] },
  },
  {
    alert: "DiskSaturated",
    when: "ten requests wait for a disk",
    series: metrics(SDB, { node_disk_io_time_weighted_seconds_total: "1000+600x90" }),
    fires: { 90: [] },
  },
  {
    alert: "DiskSlow",
    when: "a request takes 104 ms",
    series: requests(1, 6.24),
    fires: { 32: [], 33: [warning(SDB, "The disk sdb of app is slow")] },
  },
  {
    alert: "DiskSlow",
    when: "a request takes 104 ms because ten requests wait",
    series: requests(1, 6.24, 10),
    fires: { 33: [warning(SDB)], 60: [warning(SDB)] },
  },
  {
    alert: "DiskSlow",
    when: "more than ten requests wait, which DiskSaturated reports",
    series: requests(50, 400, 10.5),
    fires: { 60: [] },
  },
  { alert: "DiskSlow", when: "a request takes 100 ms", series: requests(1, 6), fires: { 60: [] } },
  { alert: "DiskSlow", when: "few requests wake a sleeping disk", series: requests(0.5, 60), fires: { 60: [] } },
  { alert: "DiskSlow", when: "the disk is not used", series: requests(0, 0, 0), fires: { 60: [] } },
  ...["degraded", "suspended"].map((state) => ({
    alert: "ZfsPoolDegraded",
    when: `a pool is ${state}`,
    series: pool(state),
    fires: {
      14: [],
      15: [critical({ ...APP, zpool: "tank", state }, `The ZFS pool tank of app is ${state}`)],
    },
  })),
  {
    alert: "BtrfsDeviceErrors",
    when: "btrfs finds damaged data",
    series: { ...btrfs("corruption", "0x9 1x50"), ...btrfs("read", "0x60") },
    fires: {
      9: [],
      10: [warning(SDB_WITHOUT_JOB, "The btrfs disk sdb of app has errors")],
      60: [warning(SDB_WITHOUT_JOB)],
    },
  },
  {
    alert: "BtrfsDeviceErrors",
    when: "btrfs finds no errors",
    series: { ...btrfs("corruption", "0x60"), ...btrfs("read", "0x60") },
    fires: { 60: [] },
  },
  { alert: "ZfsPoolDegraded", when: "a pool is online", series: pool("online"), fires: { 60: [] } },
];
