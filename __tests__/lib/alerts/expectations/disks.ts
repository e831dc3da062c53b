import { APP, critical, Labels, metrics, Situation, warning } from "../../../support/expectations";

const DATA: Labels = { ...APP, device: "/dev/sdb", fstype: "ext4", mountpoint: "/data" };
const GB = 1e9;

/** A file system of 105 GB with 5 GB reserved for root; `left` is the free space of the other 100 GB. */
function space(left: string, readonly = "0x2000", labels = DATA, size = 105 * GB): Record<string, string> {
  const reserved = size === 105 * GB ? 5 * GB : 0;
  return metrics(labels, {
    node_filesystem_size_bytes: `${size}x2000`,
    node_filesystem_free_bytes: left.replace(/(?<=^| )\d+/g, (value) => `${Number(value) + reserved}`),
    node_filesystem_avail_bytes: left,
    node_filesystem_readonly: readonly,
  });
}

/** A file system of a million inodes, of which `left` are free. */
function inodes(left: string, readonly = "0x2000", labels = DATA, size = 105 * GB): Record<string, string> {
  return metrics(labels, {
    node_filesystem_size_bytes: `${size}x2000`,
    node_filesystem_files: "1000000x2000",
    node_filesystem_files_free: left,
    node_filesystem_readonly: readonly,
  });
}

/** A bind mount of a folder of the file system. */
const BIND: Labels = { ...DATA, mountpoint: "/srv/data" };
/** The series of a mount that is a minute younger. The oldest mount of a device counts. */
const later = (series: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(series).map(([name, values]) => [name, `_ ${values}`]));
const OVERLAY: Labels = { ...APP, device: "overlay", fstype: "overlay", mountpoint: "/srv/docker/overlay2/1f/merged" };
const TMPFS: Labels = { ...APP, device: "tmpfs", fstype: "tmpfs", mountpoint: "/run/a" };
const OTHER_TMPFS: Labels = { ...TMPFS, mountpoint: "/run/b" };
const KIB = 1024;

/** Both levels of an alert, for each of several file systems. */
const bothLevels = (...mounts: readonly Labels[]) => [
  ...mounts.map((labels) => critical(labels)),
  ...mounts.map((labels) => warning(labels)),
];

/** A tmpfs without free space and inodes. */
function fullTmpfs(size: number, labels = TMPFS): Record<string, string> {
  return metrics(labels, {
    node_filesystem_size_bytes: `${size}x60`,
    node_filesystem_free_bytes: "0x60",
    node_filesystem_avail_bytes: "0x60",
    node_filesystem_files: "100x60",
    node_filesystem_files_free: "0x60",
    node_filesystem_readonly: "0x60",
  });
}

/** The mounts of which one alert each is expected, for an alert about full file systems and its series. */
function mounts(alert: string, series: (labels: Labels) => Record<string, string>): readonly Situation[] {
  const others = [OVERLAY, { ...BIND, instance: "web", device: "/dev/sdc" }, { ...DATA, instance: "web" }];
  return [
    {
      alert,
      when: "a full file system is also mounted elsewhere",
      series: { ...series(DATA), ...later(series(BIND)) },
      fires: { 15: bothLevels(DATA) },
    },
    {
      alert,
      when: "a writable bind mount shows a part of a file system that is mounted read-only",
      series: { ...series(DATA), ...metrics(DATA, { node_filesystem_readonly: "1x60" }), ...series(BIND) },
      fires: { 15: bothLevels(BIND) },
    },
    {
      alert,
      when: "other file systems, and the overlay of a container, are full",
      series: Object.assign({}, ...[DATA, ...others].map(series)) as Record<string, string>,
      fires: { 15: bothLevels(DATA, ...others.slice(1)) },
    },
    {
      alert,
      when: "the root of a container is full",
      series: series({ ...OVERLAY, mountpoint: "/" }),
      fires: { 15: bothLevels({ ...OVERLAY, mountpoint: "/" }) },
    },
    {
      alert,
      when: "a tmpfs of 4 KiB is full on purpose",
      series: fullTmpfs(4 * KIB),
      fires: { 60: [] },
    },
    {
      alert,
      when: "two larger tmpfs are full",
      series: { ...fullTmpfs(1024 * KIB), ...fullTmpfs(1024 * KIB, OTHER_TMPFS) },
      fires: { 15: bothLevels(TMPFS, OTHER_TMPFS) },
    },
    { alert, when: "a tmpfs just below 1 MiB is full", series: fullTmpfs(1024 * KIB - 1), fires: { 60: [] } },
  ];
}

const full: readonly Situation[] = [
  ...mounts("DiskFull", (labels) => space(`${9 * GB}x60`, "0x60", labels)),
  ...mounts("InodesFull", (labels) => inodes("90000x60", "0x60", labels)),
  {
    alert: "DiskFull",
    when: "9 of 100 GB are left",
    series: space(`${9 * GB}x60`),
    fires: {
      4: [],
      5: [
        critical(
          DATA,
          "/data on app is 91 % full",
          "The file system /data (/dev/sdb, ext4) of app is 91.0 % full. When no space is left, writes fail. Remove data that is not needed, or enlarge the file system.",
        ),
      ],
      14: [critical(DATA)],
      15: [critical(DATA), warning(DATA)],
    },
  },
  { alert: "DiskFull", when: "10 of 100 GB are left", series: space(`${10 * GB}x60`), fires: { 60: [warning(DATA)] } },
  {
    alert: "DiskFull",
    when: "19 of 100 GB are left",
    series: space(`${19 * GB}x60`),
    fires: { 14: [], 15: [warning(DATA, "/data on app is 81 % full")] },
  },
  { alert: "DiskFull", when: "20 of 100 GB are left", series: space(`${20 * GB}x60`), fires: { 60: [] } },
  {
    alert: "DiskFull",
    when: "a full file system is read-only",
    series: space("0x60", "1x60"),
    fires: { 60: [] },
  },
  {
    alert: "DiskFull",
    when: "space is freed in time",
    series: space(`${9 * GB}x4 ${50 * GB}x60`),
    fires: { 5: [], 60: [] },
  },
  {
    alert: "InodesFull",
    when: "9 % of the inodes are left",
    series: inodes("90000x60"),
    fires: {
      4: [],
      5: [critical(DATA, "/data on app uses 91 % of its inodes")],
      14: [critical(DATA)],
      15: [critical(DATA), warning(DATA)],
    },
  },
  { alert: "InodesFull", when: "10 % are left", series: inodes("100000x60"), fires: { 60: [warning(DATA)] } },
  { alert: "InodesFull", when: "19 % are left", series: inodes("190000x60"), fires: { 14: [], 15: [warning(DATA)] } },
  { alert: "InodesFull", when: "20 % are left", series: inodes("200000x60"), fires: { 60: [] } },
  {
    alert: "InodesFull",
    when: "a file system without free inodes is read-only",
    series: inodes("0x60", "1x60"),
    fires: { 60: [] },
  },
  {
    alert: "InodesFull",
    when: "a file system does not count inodes",
    series: metrics(DATA, {
      node_filesystem_files: "0x60",
      node_filesystem_files_free: "0x60",
      node_filesystem_readonly: "0x60",
    }),
    fires: { 60: [] },
  },
];

/** The expectations that space and inodes share. A file system has `total` of them. */
function filling(
  alert: string,
  total: number,
  left: (values: string, readonly?: string, labels?: Labels, size?: number) => Record<string, string>,
): readonly Situation[] {
  const part = (share: number, of = total) => Math.round(of * share);
  /** Values that fall by `millionths` of the total per second and reach `share` of the total at `minute`. */
  const falling = (share: number, minute: number, millionths: number, of = total) => {
    const aMinute = part((60 * millionths) / 1e6, of);
    return `${part(share, of) + aMinute * minute}-${aMinute * STEP}x100`;
  };
  /** A small file system, of which nothing is left three hours after minute 300. */
  const small = (size: number, labels = TMPFS) =>
    left(falling(0.2, 300, 20, alert === "DiskFilling" ? size : total), "0x100", labels, size);
  const situations: readonly Situation[] = [
    {
      alert,
      when: "from minute 400 on, nothing will be left in a day",
      series: left(falling(0.2592, 400, 3)),
      fires: { 460: [], 465: [warning(DATA, DAY_LEFT[alert])] },
    },
    {
      alert,
      when: "from minute 400 on, nothing will be left in four hours",
      series: left(falling(0.144, 400, 10)),
      fires: { 430: [warning(DATA)], 435: [critical(DATA), warning(DATA)] },
    },
    {
      alert,
      when: "from minute 300 on, 60 % are used and nothing will be left in eleven hours",
      series: left(falling(0.4, 300, 10)),
      fires: { 360: [], 365: [warning(DATA)] },
    },
    {
      alert,
      when: "from minute 300 on, 80 % are used and nothing will be left in three hours",
      series: left(falling(0.2, 300, 20)),
      fires: { 330: [warning(DATA)], 335: [critical(DATA), warning(DATA)] },
    },
    {
      alert,
      when: "two tmpfs of 1 MiB fill up",
      series: { ...small(1024 * KIB), ...small(1024 * KIB, OTHER_TMPFS) },
      fires: { 335: bothLevels(TMPFS, OTHER_TMPFS) },
    },
    { alert, when: "a tmpfs just below 1 MiB fills up", series: small(1024 * KIB - 1), fires: { 335: [], 420: [] } },
    {
      alert,
      when: "the overlay of a container fills up",
      series: left(falling(0.2, 300, 20), "0x100", OVERLAY),
      fires: { 335: [], 420: [] },
    },
    {
      alert,
      when: "a filling file system is read-only",
      series: left(falling(0.1, 400, 10), "1x100"),
      fires: { 480: [] },
    },
    { alert, when: "it is nearly full and does not change", series: left(`${part(0.05)}x100`), fires: { 480: [] } },
    {
      alert,
      when: "it is nearly full and gets emptier",
      series: left(`${part(0.01)}+${part(0.0005)}x100`),
      fires: { 480: [] },
    },
    {
      alert,
      when: "much is written at once at minute 400 (fires for six hours)",
      series: left(`${part(0.32)}x80 ${part(0.02)}x100`),
      fires: { 750: [critical(DATA), warning(DATA)], 770: [] },
    },
  ];
  return situations.map((situation) => ({ ...situation, step: STEP }));
}

/** Minutes between two samples of situations that last hours. */
const STEP = 5;
const DAY_LEFT: Readonly<Record<string, string>> = {
  DiskFilling: "/data on app will be full in 22h 55m 0s",
  InodesFilling: "/data on app will have no inodes left in 22h 55m 0s",
};

/** A RAID array of two disks. */
const broken: readonly Situation[] = [
  {
    alert: "FilesystemReadOnly",
    when: "the kernel remounts a file system read-only",
    series: space(`${50 * GB}x60`, "0x9 1x50"),
    fires: { 11: [], 12: [critical(DATA, "/data on app is read-only")] },
  },
  {
    alert: "FilesystemReadOnly",
    when: "it is writable",
    series: space(`${50 * GB}x60`),
    fires: { 60: [] },
  },
  {
    alert: "FilesystemReadOnly",
    when: "all mounts of a device are read-only",
    series: {
      ...metrics(DATA, { node_filesystem_readonly: "1x60" }),
      ...later(metrics(BIND, { node_filesystem_readonly: "1x60" })),
    },
    fires: { 3: [critical(DATA)] },
  },
  {
    alert: "FilesystemReadOnly",
    when: "only a bind mount is read-only",
    series: {
      ...metrics(DATA, { node_filesystem_readonly: "0x60" }),
      ...metrics(BIND, { node_filesystem_readonly: "1x60" }),
    },
    fires: { 60: [] },
  },
  ...["tmpfs", "overlay", "udf", "fuse.sshfs"].map((fstype) => ({
    alert: "FilesystemReadOnly",
    when: `a file system of type ${fstype} is read-only`,
    series: metrics({ ...DATA, fstype }, { node_filesystem_readonly: "1x60" }),
    fires: { 60: [] },
  })),
  {
    alert: "FilesystemError",
    when: "a disk returns errors",
    series: metrics({ ...DATA, device_error: "input/output error" }, { node_filesystem_device_error: "_x10 1x50" }),
    fires: {
      14: [],
      15: [critical({ ...DATA, device_error: "input/output error" }, "/data on app returns errors")],
    },
  },
  {
    alert: "FilesystemError",
    when: "a disk returns no errors",
    series: metrics(DATA, { node_filesystem_device_error: "0x60" }),
    fires: { 60: [] },
  },
  ...["permission denied", "operation not permitted"].map((error) => ({
    alert: "FilesystemError",
    when: `the exporter has no access (${error})`,
    series: metrics({ ...DATA, device_error: error }, { node_filesystem_device_error: "1x60" }),
    fires: { 60: [] },
  })),
];

export const disks: readonly Situation[] = [
  ...full,
  ...filling("DiskFilling", 100 * GB, space),
  ...filling("InodesFilling", 1_000_000, inodes),
  ...broken,
];
