import { Severity } from "../../../../lib/alerts/rule";
import { Labels, metrics, PROMETHEUS, Situation, warning, withoutJob } from "../../../support/expectations";
import { counting } from "./counting";

const SERVER = withoutJob(PROMETHEUS);

const TRUNCATIONS = [
  "prometheus_tsdb_head_truncations_failed_total",
  "prometheus_tsdb_checkpoint_creations_failed_total",
  "prometheus_tsdb_checkpoint_deletions_failed_total",
  "prometheus_tsdb_wal_truncations_failed_total",
];
/** Counters of truncations that never failed. */
const SUCCESSFUL = metrics(PROMETHEUS, Object.fromEntries(TRUNCATIONS.map((metric) => [metric, "0x400"])));
const LOKI: Labels = { instance: "hub", job: "loki", monitoring: "prod" };

/**
 * The series and targets of Prometheus, every half hour: `before` for the first day, `after` from then on. Each is a pair
 * of the number of series and the number of targets.
 */
const cardinality = (
  [series, targets]: readonly [number, number],
  [moreSeries, moreTargets]: readonly [number, number],
) => ({
  ...metrics(PROMETHEUS, { prometheus_tsdb_head_series: `${series}x47 ${moreSeries}x100` }),
  ...metrics(
    { ...PROMETHEUS, scrape_job: "node" },
    { prometheus_target_scrape_pool_targets: `${targets - 1}x47 ${moreTargets - 1}x100` },
  ),
  ...metrics({ ...PROMETHEUS, scrape_job: "prometheus" }, { prometheus_target_scrape_pool_targets: "1x200" }),
});
const DAY = 1440;

export const prometheusStorage: readonly Situation[] = [
  ...counting({
    alert: "PrometheusCompactionsFailing",
    metric: "prometheus_tsdb_compactions_failed_total",
    labels: PROMETHEUS,
    severity: Severity.WARNING,
    summary: "Prometheus on hub fails to compact its data",
    hold: 60,
    window: 30,
  }),
  ...counting({
    alert: "PrometheusBlocksUnreadable",
    metric: "prometheus_tsdb_reloads_failures_total",
    labels: PROMETHEUS,
    severity: Severity.WARNING,
    summary: "Prometheus on hub cannot load its blocks",
    hold: 60,
    window: 30,
  }),
  {
    alert: "PrometheusSeriesOverBudget",
    when: "the number of series exceeds the budget of 500,000",
    series: metrics(PROMETHEUS, { prometheus_tsdb_head_series: "500000x9 505000x60" }),
    fires: {
      24: [],
      25: [warning(PROMETHEUS, "Prometheus on hub holds 101 % of the series in its budget")],
    },
  },
  {
    alert: "PrometheusSeriesOverBudget",
    when: "the number of series is as large as the budget",
    series: metrics(PROMETHEUS, { prometheus_tsdb_head_series: "500000x60" }),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusWalCorrupt",
    when: "Prometheus starts with a damaged write-ahead log",
    series: metrics(PROMETHEUS, { prometheus_tsdb_wal_corruptions_total: "_x10 1x50" }),
    fires: {
      9: [],
      10: [warning(PROMETHEUS, "Prometheus on hub lost its latest samples")],
      60: [warning(PROMETHEUS)],
    },
  },
  {
    alert: "PrometheusWalCorrupt",
    when: "Prometheus starts with an intact write-ahead log",
    series: metrics(PROMETHEUS, { prometheus_tsdb_wal_corruptions_total: "_x10 0x50" }),
    fires: { 60: [] },
  },
  ...TRUNCATIONS.flatMap((metric): Situation[] => [
    {
      alert: "PrometheusTruncationsFailing",
      when: `it fails once (${metric})`,
      series: { ...SUCCESSFUL, ...metrics(PROMETHEUS, { [metric]: "0x19 1x400" }) },
      fires: {
        19: [],
        20: [warning(PROMETHEUS, "Prometheus on hub fails to truncate its write-ahead log")],
        198: [warning(PROMETHEUS)],
        199: [],
      },
    },
    {
      alert: "PrometheusTruncationsFailing",
      when: `it failed long ago (${metric})`,
      series: { ...SUCCESSFUL, ...metrics(PROMETHEUS, { [metric]: "7x400" }) },
      fires: { 300: [] },
    },
  ]),
  {
    alert: "PrometheusTruncationsFailing",
    when: "Loki fails to truncate its own log",
    series: { ...SUCCESSFUL, ...metrics(LOKI, { prometheus_tsdb_wal_truncations_failed_total: "0x19 1x400" }) },
    fires: { 30: [] },
  },
  {
    alert: "PrometheusSeriesGrowing",
    when: "the number of series more than doubles within a day",
    step: 30,
    series: cardinality([90_000, 100], [182_000, 100]),
    fires: {
      [DAY + 30]: [],
      [DAY + 60]: [warning(SERVER, "The number of series in Prometheus on hub is growing fast")],
      [2 * DAY - 30]: [warning(SERVER)],
      [2 * DAY]: [],
    },
  },
  {
    alert: "PrometheusSeriesGrowing",
    when: "the number of series doubles",
    step: 30,
    series: cardinality([90_000, 100], [180_000, 100]),
    fires: { [DAY + 90]: [], [2 * DAY]: [] },
  },
  {
    alert: "PrometheusSeriesGrowing",
    when: "more series come from more targets",
    step: 30,
    series: cardinality([90_000, 100], [360_000, 400]),
    fires: { [DAY + 90]: [], [2 * DAY]: [] },
  },
  {
    alert: "PrometheusSeriesGrowing",
    when: "a small Prometheus gets 51000 more series",
    step: 30,
    series: cardinality([4_000, 5], [55_000, 5]),
    fires: { [DAY + 60]: [warning(SERVER)] },
  },
  {
    alert: "PrometheusSeriesGrowing",
    when: "a small Prometheus gets 50000 more series",
    step: 30,
    series: cardinality([4_000, 5], [54_000, 5]),
    fires: { [DAY + 90]: [] },
  },
  {
    alert: "PrometheusSeriesGrowing",
    when: "Prometheus is new",
    step: 30,
    series: {
      ...metrics(PROMETHEUS, { prometheus_tsdb_head_series: "_x10 200000x100" }),
      ...metrics({ ...PROMETHEUS, scrape_job: "node" }, { prometheus_target_scrape_pool_targets: "_x10 100x100" }),
    },
    fires: { [DAY]: [], [2 * DAY]: [] },
  },
];
