import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["prometheus"], group: "prometheus", dashboard: Uids.SELF_MONITORING };
/** Failures to free memory and to shorten the write-ahead log after a block was written. */
const FAILED_TRUNCATIONS = [
  "prometheus_tsdb_head_truncations_failed_total",
  "prometheus_tsdb_checkpoint_creations_failed_total",
  "prometheus_tsdb_checkpoint_deletions_failed_total",
  "prometheus_tsdb_wal_truncations_failed_total",
];

/**
 * Returns the number of series per scrape target, so that new servers do not count as growth.
 *
 * @param offset time modifier of the selectors, such as ` offset 1d`
 */
function seriesPerTarget(offset = ""): string {
  return `prometheus_tsdb_head_series${offset} / on (instance, monitoring) sum by (instance, monitoring) (prometheus_target_scrape_pool_targets${offset})`;
}

/** Alerts about the storage of Prometheus. */
export const prometheusStorageAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "PrometheusCompactionsFailing",
    thresholds: {
      window: minutes(30, "range in which failures are counted; Prometheus retries within about a minute"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) => `increase(prometheus_tsdb_compactions_failed_total[${t.window}m]) > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} fails to compact its data",
    description:
      "Prometheus on {{ $labels.instance }} cannot write samples from memory to blocks on disk. Memory and disk usage grow, and each start takes longer. Usually the disk is full or a block is damaged. Its journal contains the cause.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusBlocksUnreadable",
    thresholds: {
      window: minutes(30, "range in which failures are counted; Prometheus retries within about a minute"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        expr: (t) => `increase(prometheus_tsdb_reloads_failures_total[${t.window}m]) > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} cannot load its blocks",
    description:
      "Prometheus on {{ $labels.instance }} cannot load blocks of its data from disk. Queries of old data may miss samples, and expired data is not deleted. Its journal names the block.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusWalCorrupt",
    thresholds: {},
    // The counter is set at the start of Prometheus, so `increase` would not see it.
    levels: [{ severity: Severity.WARNING, expr: () => "prometheus_tsdb_wal_corruptions_total > 0" }],
    summary: "Prometheus on {{ $labels.instance }} lost its latest samples",
    description:
      "Prometheus on {{ $labels.instance }} found its write-ahead log damaged when it started, and dropped up to a few hours of samples. Check the disk. The alert fires until the next start of Prometheus.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusTruncationsFailing",
    thresholds: {
      // Prometheus truncates when it has written a block, every two hours. After a failure, it does not retry earlier.
      window: minutes(180, "how long the alert fires after a failure; longer than the two hours between two attempts"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) => `${FAILED_TRUNCATIONS.map((metric) => `increase(${metric}[${t.window}m])`).join("\n+ ")} > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} fails to truncate its write-ahead log",
    description:
      "Prometheus on {{ $labels.instance }} keeps samples in memory or in its write-ahead log that are already stored in blocks. Memory and disk usage grow, and each start takes longer. Usually the disk is full or damaged. Its journal contains the cause.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusSeriesOverBudget",
    thresholds: { used: percent(100, "series in memory relative to the prop `seriesBudget` of Prometheus") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t, { seriesBudget }) => `100 * prometheus_tsdb_head_series / ${seriesBudget} > ${t.used}`,
      },
    ],
    summary: 'Prometheus on {{ $labels.instance }} holds {{ printf "%.0f" $value }} % of the series in its budget',
    description:
      'Prometheus on {{ $labels.instance }} holds more series than its seriesBudget allows ({{ printf "%.0f" $value }} %). It takes more memory and disk than planned. If the new series are expected, raise the budget and check that memory and disk suffice. Otherwise find the target that adds them.',
  }),
  define({
    ...ABOUT,
    name: "PrometheusSeriesGrowing",
    thresholds: {
      growth: { value: 100, unit: "percent", meaning: "growth of the number of series per scrape target within a day" },
      // A series takes 4 to 8 KB of memory, so this number takes 200 to 400 MB.
      series: { value: 50_000, unit: "series", meaning: "growth within a day below which the alert does not fire" },
    },
    levels: [
      {
        severity: Severity.WARNING,
        // Right after the first deploy, targets have no series yet. A comparison with that time must not fire.
        for: "1h",
        expr: (t) =>
          [
            `100 * ((${seriesPerTarget()}) / (${seriesPerTarget(" offset 1d")}) - 1) > ${t.growth}`,
            `and on (instance, monitoring) prometheus_tsdb_head_series - prometheus_tsdb_head_series offset 1d > ${t.series}`,
          ].join("\n"),
      },
    ],
    summary: "The number of series in Prometheus on {{ $labels.instance }} is growing fast",
    description:
      'The number of series per scrape target in Prometheus on {{ $labels.instance }} grew by {{ printf "%.0f" $value }} % within a day. Usually a label contains a value that is different each time, such as an address or an ID. Memory usage grows until the kernel kills Prometheus. Its web UI lists the metrics with the most series under /tsdb-status.',
  }),
];
