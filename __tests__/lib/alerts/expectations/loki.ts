import { critical, Labels, metrics, series, Situation, warning, withoutJob } from "../../../support/expectations";

const HUB: Labels = { instance: "hub", job: "loki", monitoring: "prod" };
const SPARE: Labels = { ...HUB, instance: "spare" };
const WHOLE = withoutJob(HUB);

/** Requests to a route, by status code. */
const requests = (route: string, fine: number, failed: number, wrong = 0) =>
  Object.fromEntries(
    Object.entries({ 204: fine, 400: wrong, 429: 0, 500: failed, 503: 0 }).map(([status, each]) => [
      series("loki_request_duration_seconds_count", { ...HUB, method: "POST", route, status_code: status }),
      `0+${each}x60`,
    ]),
  );
const pushes = (fine: number, failed: number, wrong = 0) => requests("loki_api_v1_push", fine, failed, wrong);
const queries = (fine: number, failed: number) => requests("loki_api_v1_query_range", fine, failed);

/** The slowest requests to a route: 10000 per minute, of which `fast` take at most `limit` seconds, a bound of a bucket. */
const durations = (route: string, limit: number, fast: number) =>
  Object.fromEntries(
    [0.5, 1, 2.5, 5, 10, 25, Infinity].map((bound) => [
      series("loki_request_duration_seconds_bucket", {
        ...HUB,
        method: "POST",
        route,
        status_code: "204",
        le: bound === Infinity ? "+Inf" : `${bound}`,
      }),
      `0+${bound < limit ? 0 : bound === limit ? fast : 10_000}x60`,
    ]),
  );
const PUSH = "loki_api_v1_push";
const QUERY = "loki_api_v1_query_range";

/** Two Lokis, each of which runs the compactor or not. */
const compactors = (hub: string, spare: string, other = "prod") => ({
  ...metrics(HUB, { loki_boltdb_shipper_compactor_running: hub }),
  ...metrics({ ...SPARE, monitoring: other }, { loki_boltdb_shipper_compactor_running: spare }),
});

const discarded = (reason: string, values: string) => ({
  [series("loki_discarded_samples_total", { ...HUB, reason, tenant: "fake" })]: values,
});

/** A Loki that started at `started`, in seconds since 1970, and may run the compactor. */
const compactor = (metric: string, values: string, running = "1x900", started = "0x900") =>
  metrics(HUB, {
    [metric]: values,
    loki_boltdb_shipper_compactor_running: running,
    process_start_time_seconds: started,
  });
const COMPACTED = "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds";
const RETAINED = "loki_compactor_apply_retention_last_successful_run_timestamp_seconds";

const two = (hub: string, spare: string, spareUp = "1x60") =>
  Object.assign(
    {},
    ...[[HUB, hub, "1x60"] as const, [SPARE, spare, spareUp] as const].map(([labels, members, up]) => ({
      ...metrics(labels, { up }),
      ...metrics({ ...labels, name: "ingester", state: "ACTIVE" }, { loki_ring_members: members }),
      ...metrics({ ...labels, name: "compactor", state: "ACTIVE" }, { loki_ring_members: "1x60" }),
      ...metrics({ ...labels, name: "ingester", state: "LEAVING" }, { loki_ring_members: "0x60" }),
    })),
  ) as Record<string, string>;

export const loki: readonly Situation[] = [
  {
    alert: "LokiIngestionFailing",
    when: "51 of 1000 requests with lines fail",
    series: { ...pushes(949, 51), ...queries(10_000, 0) },
    fires: { 5: [], 6: [critical(WHOLE, "Loki on hub rejects log lines")] },
  },
  {
    alert: "LokiIngestionFailing",
    when: "5 of 100 requests with lines fail",
    series: pushes(95, 5),
    fires: { 60: [] },
  },
  { alert: "LokiIngestionFailing", when: "lines are invalid", series: pushes(50, 0, 50), fires: { 60: [] } },
  {
    alert: "LokiIngestionFailing",
    when: "queries fail",
    series: { ...pushes(10, 0), ...queries(0, 10) },
    fires: { 60: [] },
  },
  {
    alert: "LokiQueriesFailing",
    when: "102 of 1000 queries fail",
    series: { ...pushes(1000, 0), ...queries(898, 102) },
    fires: { 10: [], 11: [warning(WHOLE, "Loki on hub answers queries with errors")] },
  },
  {
    alert: "LokiQueriesFailing",
    when: "requests with lines fail, but few queries",
    series: { ...pushes(0, 100), ...queries(54, 6) },
    fires: { 60: [] },
  },
  {
    alert: "LokiRequestsSlow",
    when: "99 % of the requests with lines take up to 1.04 seconds",
    series: { ...durations(PUSH, 1, 9897), ...durations(QUERY, 5, 9950) },
    fires: { 15: [], 16: [warning({ ...WHOLE, route: PUSH }, `Loki on hub is slow: ${PUSH}`)] },
  },
  {
    alert: "LokiRequestsSlow",
    when: "99 % of the requests with lines take up to one second, and 99 % of the queries up to ten",
    series: { ...durations(PUSH, 1, 9900), ...durations(QUERY, 10, 9900) },
    fires: { 60: [] },
  },
  {
    alert: "LokiRequestsSlow",
    when: "99 % of the queries take up to 10.4 seconds",
    series: { ...durations(PUSH, 0.5, 9950), ...durations(QUERY, 10, 9897) },
    fires: { 15: [], 16: [warning({ ...WHOLE, route: QUERY })] },
  },
  {
    alert: "LokiRequestsSlow",
    when: "clients wait for new lines, and Lokis for each other",
    series: { ...durations("loki_api_v1_tail", 25, 5000), ...durations("/frontendv2pb.Frontend/Process", 25, 5000) },
    fires: { 60: [] },
  },
  {
    alert: "LokiRequestsSlow",
    when: "there are no requests",
    series: metrics({ ...HUB, route: PUSH, le: "+Inf" }, { loki_request_duration_seconds_bucket: "7x60" }),
    fires: { 60: [] },
  },
  {
    alert: "LokiLinesRefused",
    when: "lines are rejected for a new reason",
    series: { ...discarded("line_too_long", "_x9 3x50"), ...discarded("rate_limited", "0+100x60") },
    fires: {
      8: [],
      9: [warning({ ...WHOLE, reason: "line_too_long" }, "Loki on hub rejected log lines: line_too_long")],
      23: [warning({ ...WHOLE, reason: "line_too_long" })],
      24: [],
    },
  },
  {
    alert: "LokiLinesRefused",
    when: "more lines are rejected",
    series: discarded("greater_than_max_sample_age", "3x29 5x30"),
    fires: {
      28: [],
      31: [warning({ ...WHOLE, reason: "greater_than_max_sample_age" })],
      50: [],
    },
  },
  {
    alert: "LokiLinesRefused",
    when: "a new counter is zero",
    series: discarded("line_too_long", "_x9 0x50"),
    fires: { 9: [], 60: [] },
  },
  {
    alert: "LokiLimitsReached",
    when: "a stream exceeds its rate limit",
    series: { ...discarded("per_stream_rate_limit", "0+10x60"), ...discarded("line_too_long", "0+10x60") },
    fires: {
      10: [],
      11: [
        warning(
          { ...WHOLE, reason: "per_stream_rate_limit" },
          "Log agents send more to Loki on hub than its limits allow: per_stream_rate_limit",
        ),
      ],
    },
  },
  {
    alert: "LokiLimitsReached",
    when: "the rate limit was exceeded for a moment",
    series: discarded("rate_limited", "0x9 50x50"),
    fires: { 11: [], 30: [] },
  },
  {
    alert: "LokiFlushesFailing",
    when: "no chunk can be stored",
    series: metrics(HUB, { loki_ingester_chunks_flush_failures_total: "0x9 1+1x50" }),
    fires: { 24: [], 25: [critical(WHOLE, "Loki on hub cannot store log lines")] },
  },
  {
    alert: "LokiFlushesFailing",
    when: "flushes fail 14 minutes apart",
    series: metrics(HUB, { loki_ingester_chunks_flush_failures_total: "0x9 1x13 2x40" }),
    fires: { 24: [], 25: [critical(WHOLE)] },
  },
  {
    alert: "LokiFlushesFailing",
    when: "flushes fail 15 minutes apart",
    series: metrics(HUB, { loki_ingester_chunks_flush_failures_total: "0x9 1x14 2x40" }),
    fires: { 23: [], 25: [], 60: [] },
  },
  {
    alert: "LokiDiskFilling",
    when: "the disk fills up",
    series: metrics(HUB, { loki_ingester_wal_disk_usage_percent: "0.8x9 0.81x20 0.899x9 0.9x20" }),
    fires: {
      24: [],
      25: [warning(HUB, "The disk of Loki on hub is 81 % full")],
      40: [warning(HUB)],
      41: [warning(HUB)],
      42: [warning(HUB), critical(HUB)],
    },
  },
  {
    alert: "LokiDiskFilling",
    when: "the disk is 80 % full",
    series: metrics(HUB, { loki_ingester_wal_disk_usage_percent: "0.8x60" }),
    fires: { 60: [] },
  },
  {
    alert: "LokiCompactionFailing",
    when: "the last success was three hours ago",
    series: compactor(COMPACTED, "600x900"),
    fires: { 220: [], 221: [warning(HUB, "Loki on hub fails to compact its index")] },
  },
  {
    alert: "LokiCompactionFailing",
    when: "it succeeds every minute",
    series: compactor(COMPACTED, "0+60x900"),
    fires: { 600: [] },
  },
  {
    alert: "LokiCompactionFailing",
    when: "another Loki runs the compactor",
    series: compactor(COMPACTED, "0x900", "0x900"),
    fires: { 600: [] },
  },
  {
    alert: "LokiCompactionFailing",
    when: "it has not succeeded since the start, five hours later",
    series: compactor(COMPACTED, "0x900", "_x299 1x600", "_x299 18000x600"),
    fires: { 509: [], 510: [], 511: [warning(HUB, "Loki on hub fails to compact its index")] },
  },
  {
    alert: "LokiCompactorsConflicting",
    when: "two members do not see each other, and both compact",
    series: compactors("1x60", "0x9 1x50"),
    fires: { 14: [], 15: [warning({ monitoring: "prod" }, "More than one Loki of prod compacts the index")] },
  },
  {
    alert: "LokiCompactorsConflicting",
    when: "one of two members compacts",
    series: compactors("1x60", "0x60"),
    fires: { 60: [] },
  },
  {
    alert: "LokiCompactorsConflicting",
    when: "the task moves to another member",
    series: compactors("1x12 0x50", "0x9 1x50"),
    fires: { 12: [], 15: [], 60: [] },
  },
  {
    alert: "LokiCompactorsConflicting",
    when: "each Monitoring has a Loki that compacts",
    series: compactors("1x60", "1x60", "test"),
    fires: { 60: [] },
  },
  {
    alert: "LokiRetentionFailing",
    when: "the last success was twelve hours ago",
    series: compactor(RETAINED, "600x900"),
    fires: { 760: [], 761: [warning(HUB, "Loki on hub does not delete old log lines")] },
  },
  {
    alert: "LokiRetentionFailing",
    when: "it succeeds every minute",
    series: compactor(RETAINED, "0+60x900"),
    fires: { 900: [] },
  },
  {
    alert: "LokiRetentionFailing",
    when: "another Loki runs the compactor",
    series: compactor(RETAINED, "0x900", "0x900"),
    fires: { 900: [] },
  },
  {
    alert: "LokiRetentionFailing",
    when: "it has not succeeded since the start, an hour later",
    series: compactor(RETAINED, "0x900", "1x900", "3600x900"),
    fires: { 810: [], 811: [warning(HUB, "Loki on hub does not delete old log lines")] },
  },
  {
    alert: "LokiVolumeOverBudget",
    when: "two Lokis together receive more than 2 GB within a day",
    step: 10,
    series: {
      ...metrics({ ...HUB, tenant: "fake" }, { loki_distributor_bytes_received_total: "0+8e6x300" }),
      ...metrics({ ...SPARE, tenant: "fake" }, { loki_distributor_bytes_received_total: "0+8e6x300" }),
    },
    fires: {
      1000: [],
      2000: [warning({ monitoring: "prod" }, "The log lines of one day are 107 % of the budget of prod")],
    },
  },
  {
    alert: "LokiVolumeOverBudget",
    when: "Loki receives a little less than 2 GB within a day",
    step: 10,
    series: metrics({ ...HUB, tenant: "fake" }, { loki_distributor_bytes_received_total: "0+14.8e6x300" }),
    fires: { 2000: [], 2900: [] },
  },
  {
    alert: "LokiVolumeOverBudget",
    when: "Loki receives 2.2 GB at once",
    step: 10,
    series: metrics({ ...HUB, tenant: "fake" }, { loki_distributor_bytes_received_total: "0x9 2.2e9x290" }),
    fires: {
      110: [],
      120: [warning({ monitoring: "prod" }, "The log lines of one day are 102 % of the budget of prod")],
    },
  },
  {
    alert: "LokiVolumeOverBudget",
    when: "Loki receives exactly 2 GB at once",
    step: 10,
    series: metrics({ ...HUB, tenant: "fake" }, { loki_distributor_bytes_received_total: "0x9 2147483648x290" }),
    fires: { 400: [] },
  },
  {
    alert: "LokiPanicked",
    when: "Loki panics",
    series: metrics(HUB, { loki_panic_total: "0x9 1x50" }),
    fires: {
      9: [],
      10: [warning(HUB, "Loki on hub panicked")],
      23: [warning(HUB)],
      24: [],
    },
  },
  {
    alert: "LokiPanicked",
    when: "Loki panicked long ago",
    series: metrics(HUB, { loki_panic_total: "1x60" }),
    fires: { 60: [] },
  },
  {
    alert: "LokiRulesFailing",
    when: "a rule always fails",
    series: metrics({ ...HUB, rule_group: "logs" }, { loki_prometheus_rule_evaluation_failures_total: "0x9 1+1x50" }),
    fires: { 14: [], 15: [critical({ ...WHOLE, rule_group: "logs" }, "Loki on hub fails to evaluate rules")] },
  },
  {
    alert: "LokiRulesFailing",
    when: "no rule fails",
    series: metrics({ ...HUB, rule_group: "logs" }, { loki_prometheus_rule_evaluation_failures_total: "0x60" }),
    fires: { 60: [] },
  },
  {
    alert: "LokiMembersMissing",
    when: "two running members do not see each other",
    series: two("2x9 1x50", "2x9 1x50"),
    fires: {
      19: [],
      20: [
        warning({ ...HUB, name: "ingester", state: "ACTIVE" }, "Loki on hub does not see all members of its cluster"),
        warning({ ...SPARE, name: "ingester", state: "ACTIVE" }),
      ],
    },
  },
  { alert: "LokiMembersMissing", when: "both members see each other", series: two("2x60", "2x60"), fires: { 60: [] } },
  {
    alert: "LokiMembersMissing",
    when: "one member is down, which has its own alert",
    series: two("2x9 1x50", "2x9 stale", "1x9 0x50"),
    fires: { 60: [] },
  },
];
