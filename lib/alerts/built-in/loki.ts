import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["loki"], group: "loki", dashboard: Uids.SELF_MONITORING };
const BY_LOKI = "sum by (instance, monitoring)";
const REQUESTS = "loki_request_duration_seconds_count";
const PUSH = 'route="loki_api_v1_push"';
const QUERIES = 'route=~"loki_api_v1_.+",route!="loki_api_v1_push"';
/** Queries without requests that wait for new lines (tail), because those last as long as the client wishes. */
const TIMED_QUERIES = 'route=~"loki_api_v1_.+",route!~"loki_api_v1_(push|tail)"';
/** Reasons for which Loki asks agents to send lines again later. Lines rejected for other reasons are lost. */
const LATER = "rate_limited|per_stream_rate_limit|stream_limit";
const DISCARDED = "loki_discarded_samples_total";
const RUNNING = "loki_boltdb_shipper_compactor_running";
const STARTED = 'process_start_time_seconds{job="loki"}';
const DISK = "loki_ingester_wal_disk_usage_percent";
const HOUR = 3600;

/** Returns the share of requests to `routes` that Loki answered with status 5xx, in percent. */
function failing(routes: string): string {
  return `100 * ${BY_LOKI} (rate(${REQUESTS}{${routes},status_code=~"5.."}[5m])) / ${BY_LOKI} (rate(${REQUESTS}{${routes}}[5m]))`;
}

/** Returns the 99th percentile of the duration of requests to `routes`, in seconds, by route. */
function slowest(routes: string): string {
  return `histogram_quantile(0.99, sum by (instance, monitoring, route, le) (rate(loki_request_duration_seconds_bucket{${routes}}[5m])))`;
}

/**
 * Returns an expression that is true if a task of the compactor last succeeded more than `hours` ago. The timestamp
 * `success` is 0 until the first success; until then, the start of Loki counts.
 */
function since(success: string, hours: number): string {
  const last = `(${success} > 0 or on (instance, monitoring) ${STARTED})`;
  return `time() - ${last} > ${hours * HOUR} and on (instance, monitoring) ${RUNNING} == 1`;
}

const hours = (value: number) => ({ value, unit: "hours", meaning: "time since the last success" });

/** Alerts about Loki. If it is down, TargetDown fires. */
export const lokiAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "LokiIngestionFailing",
    thresholds: { failed: percent(5, "requests with log lines that fail with status 5xx") },
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: (t) => `${failing(PUSH)} > ${t.failed}` }],
    summary: "Loki on {{ $labels.instance }} rejects log lines",
    description:
      '{{ printf "%.0f" $value }} % of the requests that send log lines to Loki on {{ $labels.instance }} fail with status 5xx. Log agents retry, but lines whose files are rotated away are lost. The journal of Loki contains the cause. Often the disk is full.',
  }),
  define({
    ...ABOUT,
    name: "LokiQueriesFailing",
    thresholds: { failed: percent(10, "queries answered with status 5xx") },
    levels: [{ severity: Severity.WARNING, for: "10m", expr: (t) => `${failing(QUERIES)} > ${t.failed}` }],
    summary: "Loki on {{ $labels.instance }} answers queries with errors",
    description:
      'Loki on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of its queries with status 5xx. It cannot reach its storage or its cluster, or the queries take too long. Its journal contains the cause.',
  }),
  define({
    ...ABOUT,
    name: "LokiRequestsSlow",
    thresholds: {
      // The value of the Loki mixin.
      push: { value: 1, unit: "seconds", meaning: "duration of 99 % of the requests with log lines" },
      // Queries over days take seconds even if nothing is wrong.
      query: { value: 10, unit: "seconds", meaning: "duration of 99 % of the queries" },
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) => `${slowest(PUSH)} > ${t.push}\nor ${slowest(TIMED_QUERIES)} > ${t.query}`,
      },
    ],
    summary: "Loki on {{ $labels.instance }} is slow: {{ $labels.route }}",
    description:
      "The slowest requests of the route {{ $labels.route }} take {{ humanizeDuration $value }} in Loki on {{ $labels.instance }}. Log lines arrive late, or dashboards and alerts based on logs wait. The server lacks CPU, memory or a fast disk, or queries read too much.",
  }),
  define({
    ...ABOUT,
    name: "LokiLinesRefused",
    thresholds: { window: minutes(15, "how long the alert fires after a rejected line") },
    levels: [
      {
        severity: Severity.WARNING,
        // The counter of a reason appears with its first lines, and `increase` misses a series' first value.
        expr: (t) => {
          const lines = `${DISCARDED}{reason!~"${LATER}"}`;
          return `sum by (instance, monitoring, reason) (increase(${lines}[${t.window}m]) > 0 or ${lines} unless ${lines} offset ${t.window}m) > 0`;
        },
      },
    ],
    summary: "Loki on {{ $labels.instance }} rejected log lines: {{ $labels.reason }}",
    description:
      'Loki on {{ $labels.instance }} permanently rejected about {{ printf "%.0f" $value }} lines with the reason {{ $labels.reason }}. Its journal names the streams. Common causes are a wrong clock, and lines that are too long or too old.',
  }),
  define({
    ...ABOUT,
    name: "LokiLimitsReached",
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: () => `sum by (instance, monitoring, reason) (rate(${DISCARDED}{reason=~"${LATER}"}[5m])) > 0`,
      },
    ],
    summary: "Log agents send more to Loki on {{ $labels.instance }} than its limits allow: {{ $labels.reason }}",
    description:
      "Loki on {{ $labels.instance }} rejects lines because of its limit {{ $labels.reason }}. Log agents retry, so lines arrive late, and lines whose files are rotated away are lost. Find the source of the lines, or raise the limits of the construct.",
  }),
  define({
    ...ABOUT,
    name: "LokiVolumeOverBudget",
    thresholds: { used: percent(100, "log lines of the last day relative to the prop `dailyVolume` of Loki") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        // Each member of a cluster counts the lines that agents sent to it.
        expr: (t, { logBudget }) =>
          `100 * sum by (monitoring) (increase(loki_distributor_bytes_received_total[1d])) / ${logBudget} > ${t.used}`,
      },
    ],
    summary: 'The log lines of one day are {{ printf "%.0f" $value }} % of the budget of {{ $labels.monitoring }}',
    description:
      'Within a day, Loki received {{ printf "%.0f" $value }} % of the volume in its prop dailyVolume. If this continues for the whole retention, the lines need more disk than planned. If the lines are expected, raise dailyVolume and check that the disk suffices. Otherwise find the source that sends them.',
  }),
  define({
    ...ABOUT,
    name: "LokiFlushesFailing",
    thresholds: { window: minutes(15, "range in which failures are counted") },
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "15m",
        expr: (t) => `${BY_LOKI} (increase(loki_ingester_chunks_flush_failures_total[${t.window}m])) > 0`,
      },
    ],
    summary: "Loki on {{ $labels.instance }} cannot store log lines",
    description:
      "Loki on {{ $labels.instance }} cannot write lines to its storage. It keeps them in memory and in its write-ahead log, which grow. Check the disk, or the address, keys and bucket of the object storage. Its journal contains the cause.",
  }),
  define({
    ...ABOUT,
    name: "LokiDiskFilling",
    thresholds: {
      warning: percent(80, "used space of the disk with the data"),
      // From this value on, Loki rejects all lines (its `ingester.wal.disk_full_threshold`).
      critical: percent(90, "used space of the disk with the data"),
    },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `100 * ${DISK} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "1m", expr: (t) => `100 * ${DISK} >= ${t.critical}` },
    ],
    summary: 'The disk of Loki on {{ $labels.instance }} is {{ printf "%.0f" $value }} % full',
    description:
      'The disk of Loki on {{ $labels.instance }} is {{ printf "%.0f" $value }} % full. From 90 % on, Loki rejects all new lines. Free space, shorten the retention, or use a larger disk or S3.',
  }),
  define({
    ...ABOUT,
    name: "LokiCompactionFailing",
    thresholds: { age: hours(3) },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) => since("loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds", t.age),
      },
    ],
    summary: "Loki on {{ $labels.instance }} fails to compact its index",
    description:
      "Loki on {{ $labels.instance }} has not merged its index for hours, although it should do so every ten minutes. Queries get slow. The journal of Loki contains the cause.",
  }),
  define({
    ...ABOUT,
    name: "LokiCompactorsConflicting",
    clustered: true,
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // The duration of the Loki mixin. The task moves to another member within two minutes.
        for: "5m",
        expr: () => `sum by (monitoring) (${RUNNING}) > 1`,
      },
    ],
    summary: "More than one Loki of {{ $labels.monitoring }} compacts the index",
    description:
      "{{ $value }} Lokis of {{ $labels.monitoring }} compact the index and delete old lines, but only one should. They may damage the index. The members do not see each other. Check that the gossip port is open between them.",
  }),
  define({
    ...ABOUT,
    name: "LokiRetentionFailing",
    thresholds: { age: hours(12) },
    levels: [
      {
        severity: Severity.WARNING,
        for: "30m",
        expr: (t) => since("loki_compactor_apply_retention_last_successful_run_timestamp_seconds", t.age),
      },
    ],
    summary: "Loki on {{ $labels.instance }} does not delete old log lines",
    description:
      "Loki on {{ $labels.instance }} has not applied its retention for hours. The storage grows, and lines are kept longer than configured. Its journal contains the cause.",
  }),
  define({
    ...ABOUT,
    name: "LokiPanicked",
    thresholds: { window: minutes(15, "how long the alert fires after a panic") },
    levels: [{ severity: Severity.WARNING, expr: (t) => `increase(loki_panic_total[${t.window}m]) > 0` }],
    summary: "Loki on {{ $labels.instance }} panicked",
    description:
      "Loki on {{ $labels.instance }} recovered from a panic (a bug) and aborted the request. Its journal contains the stack trace. Search Loki's issues for the trace. Another version may contain a fix.",
  }),
  define({
    ...ABOUT,
    name: "LokiRulesFailing",
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: () =>
          "sum by (instance, monitoring, rule_group) (increase(loki_prometheus_rule_evaluation_failures_total[5m])) > 0",
      },
    ],
    summary: "Loki on {{ $labels.instance }} fails to evaluate rules",
    description:
      "Loki on {{ $labels.instance }} cannot evaluate rules of the group {{ $labels.rule_group }}. The affected alerts do not fire. Its journal contains the error.",
  }),
  define({
    ...ABOUT,
    name: "LokiMembersMissing",
    clustered: true,
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        // A Loki that is down has its own alert. This one is about running members that do not see each other.
        expr: () =>
          'loki_ring_members{name="ingester",state="ACTIVE"} < on (monitoring) group_left () count by (monitoring) (up{job="loki"} == 1)',
      },
    ],
    summary: "Loki on {{ $labels.instance }} does not see all members of its cluster",
    description:
      "Loki on {{ $labels.instance }} sees {{ $value }} active members of its cluster, fewer than are running. Lines are stored in fewer copies, and queries may miss lines. Check that the gossip port is open between the members.",
  }),
];
