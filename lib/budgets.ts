import { byteSize, durationSeconds } from "./units";

/**
 * Number of series that a Prometheus is meant to hold, unless its props say otherwise. A series takes 4 to 8 KB of memory,
 * so these fit in 4 GB, the memory of the smallest host in the examples.
 */
export const DEFAULT_SERIES_BUDGET = 500_000;
/** Volume of log lines per day that a Loki is meant to store, unless its props say otherwise. */
export const DEFAULT_DAILY_VOLUME = "2GB";

/** Amounts of data that components are meant to hold. Alerts report when there is more. */
export interface Budgets {
  /** Number of series. @default DEFAULT_SERIES_BUDGET */
  readonly seriesBudget?: number;
  /** Bytes of log lines per day. @default DEFAULT_DAILY_VOLUME */
  readonly logBudget?: number;
}

/** Disk space that a component needs if its data is as large as its budget. */
export interface DiskNeed {
  readonly bytes: number;
  /** The calculation, such as `Prometheus 130 GB (500000 series …)`. */
  readonly reason: string;
  /** Props that reduce the need. */
  readonly fix: string;
}

/** Bytes of a sample on disk, the larger value in Prometheus' documentation (1 to 2 bytes). */
const BYTES_PER_SAMPLE = 2;
/** Factor by which Loki compresses lines at least. Lines of an access log are compressed by 8 to 10. */
const COMPRESSION = 5;
/** Used part of a disk above which Loki rejects lines and the alert DiskFull is critical. */
const USABLE = 0.9;
const DAY = 86_400;
const GB = 1024 ** 3;

/** Returns the disk space that Prometheus needs. `retentionSize` limits it. */
export function seriesDiskNeed(settings: {
  readonly series: number;
  readonly scrapeInterval: string;
  readonly retention: string;
  readonly retentionSize?: string;
}): DiskNeed {
  const { series, scrapeInterval, retention, retentionSize } = settings;
  const samples = (series * seconds(retention)) / seconds(scrapeInterval);
  const limit = (retentionSize === undefined ? undefined : byteSize(retentionSize)) ?? Number.POSITIVE_INFINITY;
  const bytes = Math.min(samples * BYTES_PER_SAMPLE, limit);
  const reason =
    bytes === limit
      ? `retentionSize "${retentionSize}"`
      : `seriesBudget ${series} × ${BYTES_PER_SAMPLE} bytes per ${scrapeInterval}, kept for ${retention}`;
  return {
    bytes,
    reason: `Prometheus ${gigabytes(bytes)} GB (${reason})`,
    fix: `${bytes === limit ? "reduce" : "set"} retentionSize of Prometheus`,
  };
}

/** Returns the disk space that Loki needs. */
export function logDiskNeed(settings: { readonly dailyVolume: string; readonly retention: string }): DiskNeed {
  const { dailyVolume, retention } = settings;
  const bytes = ((byteSize(dailyVolume) ?? 0) * seconds(retention)) / DAY / COMPRESSION;
  return {
    bytes,
    reason: `Loki ${gigabytes(bytes)} GB (dailyVolume "${dailyVolume}" compressed by ${COMPRESSION}, kept for ${retention})`,
    fix: "reduce retention or dailyVolume of Loki, or set s3",
  };
}

/** Returns a warning if the data of the components on a server do not fit its disk, or undefined. */
export function diskProblem(server: string, diskGib: number, needs: readonly DiskNeed[]): string | undefined {
  const needed = needs.reduce((sum, { bytes }) => sum + bytes, 0);
  const usable = USABLE * diskGib * GB;
  if (needed <= usable) return undefined;
  const larger = Math.ceil(needed / USABLE / GB);
  return `the data on ${server} can need ${gigabytes(needed)} GB, but its disk of ${diskGib} GB has room for ${gigabytes(usable)} GB (${USABLE * 100} %): ${needs.map(({ reason }) => reason).join(", ")}. Use a disk of ${larger} GB, or ${needs.map(({ fix }) => fix).join(", or ")}`;
}

function seconds(duration: string): number {
  return durationSeconds(duration) ?? 0;
}

/** Returns gigabytes, as in Prometheus' `10GB` and the GiB of EC2 volumes, with one decimal. */
function gigabytes(bytes: number): string {
  return `${Math.round((10 * bytes) / GB) / 10}`;
}
