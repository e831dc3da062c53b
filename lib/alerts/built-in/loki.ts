import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["loki"], group: "loki", dashboard: Uids.MONITORING };
const BY_LOKI = "sum by (instance, monitoring)";
const REQUESTS = "loki_request_duration_seconds_count";
const PUSH = 'route="loki_api_v1_push"';
const QUERIES = 'route=~"loki_api_v1_.+",route!="loki_api_v1_push"';
/** What agents are told to send again later; all other lines that are refused are lost. */
const LATER = "rate_limited|per_stream_rate_limit|stream_limit";
const DISCARDED = "loki_discarded_samples_total";
const RUNS = "loki_boltdb_shipper_compactor_running == 1";
const STARTED = 'process_start_time_seconds{job="loki"}';
const DISK = "loki_ingester_wal_disk_usage_percent";
const HOUR = 3600;

/** The share of requests to some routes that Loki answered with an error of its own. */
function failing(routes: string): string {
  return `100 * ${BY_LOKI} (rate(${REQUESTS}{${routes},status_code=~"5.."}[5m])) / ${BY_LOKI} (rate(${REQUESTS}{${routes}}[5m]))`;
}

/**
 * How long ago something last succeeded of what the one Loki does that is chosen for it, or where it has not since the
 * start, how long ago that was: until the first time, the success is in 1970.
 */
function since(success: string, hours: number): string {
  const last = `(${success} > 0 or on (instance, monitoring) ${STARTED})`;
  return `time() - ${last} > ${hours * HOUR} and on (instance, monitoring) ${RUNS}`;
}

const hours = (value: number) => ({ value, unit: "hours", meaning: "since it last succeeded" });

/** Loki: what it takes in, keeps, deletes and answers. That it is down is told as of any target. */
export const lokiAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "LokiIngestionFailing",
    thresholds: { failed: percent(5, "requests with lines that it answered with an error of its own") },
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: (t) => `${failing(PUSH)} > ${t.failed}` }],
    summary: "Loki on {{ $labels.instance }} does not take in lines",
    description:
      'Loki on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of the requests that bring lines with an error. Log agents keep lines and send them again, but not for ever. Its journal says why; often the disk is full.',
  }),
  define({
    ...ABOUT,
    name: "LokiQueriesFailing",
    thresholds: { failed: percent(10, "queries that it answered with an error of its own") },
    levels: [{ severity: Severity.WARNING, for: "10m", expr: (t) => `${failing(QUERIES)} > ${t.failed}` }],
    summary: "Loki on {{ $labels.instance }} answers queries with errors",
    description:
      'Loki on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of all queries with an error: it does not reach its storage or its cluster, or they take too long. Its journal says which.',
  }),
  define({
    ...ABOUT,
    name: "LokiLinesRefused",
    thresholds: { window: minutes(15, "for how long a refused line counts") },
    levels: [
      {
        severity: Severity.WARNING,
        // A reason's counter comes with its first lines, which have not risen from anything.
        expr: (t) => {
          const lines = `${DISCARDED}{reason!~"${LATER}"}`;
          return `sum by (instance, monitoring, reason) (increase(${lines}[${t.window}m]) > 0 or ${lines} unless ${lines} offset ${t.window}m) > 0`;
        },
      },
    ],
    summary: "Loki on {{ $labels.instance }} has refused lines: {{ $labels.reason }}",
    description:
      'Loki on {{ $labels.instance }} has refused some {{ printf "%.0f" $value }} lines with the reason {{ $labels.reason }}; they are lost. Its journal names the streams: a clock that is wrong, lines that are too long or too old.',
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
    summary: "More comes to Loki on {{ $labels.instance }} than its limits admit: {{ $labels.reason }}",
    description:
      "Loki on {{ $labels.instance }} turns lines away by its limit {{ $labels.reason }}. Log agents send them again, so they come late; if it lasts, some are lost. Find who writes so much, or raise the construct's limits.",
  }),
  define({
    ...ABOUT,
    name: "LokiFlushesFailing",
    thresholds: { window: minutes(15, "for how long one failure counts") },
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "15m",
        expr: (t) => `${BY_LOKI} (increase(loki_ingester_chunks_flush_failures_total[${t.window}m])) > 0`,
      },
    ],
    summary: "Loki on {{ $labels.instance }} cannot store lines",
    description:
      "Loki on {{ $labels.instance }} fails to write lines to its storage, and keeps them in memory and in its write-ahead log, which grow. Its journal says why: the disk, or the object storage's address, keys or bucket.",
  }),
  define({
    ...ABOUT,
    name: "LokiDiskFilling",
    thresholds: {
      warning: percent(80, "space of its disk that is used"),
      // From here on it takes in nothing (Loki's ingester.wal.disk_full_threshold).
      critical: percent(90, "space of its disk that is used"),
    },
    levels: [
      { severity: Severity.WARNING, for: "15m", expr: (t) => `100 * ${DISK} > ${t.warning}` },
      { severity: Severity.CRITICAL, for: "1m", expr: (t) => `100 * ${DISK} >= ${t.critical}` },
    ],
    summary: "The disk of Loki on {{ $labels.instance }} fills up",
    description:
      'The disk of Loki on {{ $labels.instance }} is {{ printf "%.0f" $value }} % full: at 90 % Loki takes in no line any more. Make room, shorten its retention, or give it a larger disk or S3.',
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
      "Loki on {{ $labels.instance }} has not merged its index for hours, as it should every ten minutes: queries become slow. Its journal says why.",
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
    summary: "Loki on {{ $labels.instance }} does not delete old lines",
    description:
      "Loki on {{ $labels.instance }} has not applied its retention for hours: the storage grows, and lines are kept for longer than was promised. Its journal says why.",
  }),
  define({
    ...ABOUT,
    name: "LokiPanicked",
    thresholds: { window: minutes(15, "for how long one time counts") },
    levels: [{ severity: Severity.WARNING, expr: (t) => `increase(loki_panic_total[${t.window}m]) > 0` }],
    summary: "Loki on {{ $labels.instance }} broke off requests by a mistake of its own",
    description:
      "Loki on {{ $labels.instance }} came upon a state that it does not know, and dropped the request. Its journal has the trace; look for it among its known mistakes, and take another version.",
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
      "Rules of the group {{ $labels.rule_group }} fail on {{ $labels.instance }}: alerts about logs among them do not fire, whatever happens. Its journal has the error.",
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
        // Those that are down have their own alert; this is about ones that run and do not know each other.
        expr: () =>
          'loki_ring_members{name="ingester",state="ACTIVE"} < on (monitoring) group_left () count by (monitoring) (up{job="loki"} == 1)',
      },
    ],
    summary: "Loki on {{ $labels.instance }} does not see all of its cluster",
    description:
      "Loki on {{ $labels.instance }} sees {{ $value }} members of its cluster at work, fewer than run: lines are in fewer places than they should be, and queries may lack some. See whether its gossip port is open between them.",
  }),
];
