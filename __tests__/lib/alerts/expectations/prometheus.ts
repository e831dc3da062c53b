import { Severity } from "../../../../lib/alerts/rule";
import { APP, critical, Labels, metrics, PROMETHEUS, Situation, warning } from "../../../support/expectations";
import { counting } from "./counting";

const RULES: Labels = { ...PROMETHEUS, rule_group: "/etc/prometheus/rules/monitoring.yml;disks" };
const JOB: Labels = { ...PROMETHEUS, scrape_job: "node" };
const RECEIVER: Labels = { ...PROMETHEUS, alertmanager: "http://198.18.0.2:9093/api/v2/alerts" };

const notifications = (errors: string, sent: string) =>
  metrics(RECEIVER, { prometheus_notifications_errors_total: errors, prometheus_notifications_sent_total: sent });

const queue = (length: string) => ({
  ...metrics(RECEIVER, { prometheus_notifications_queue_length: length }),
  ...metrics(PROMETHEUS, { prometheus_notifications_queue_capacity: "10000x60" }),
});

const queries = (running: string) =>
  metrics(PROMETHEUS, { prometheus_engine_queries: running, prometheus_engine_queries_concurrent_max: "20x60" });

const duration = (seconds: string) =>
  metrics(RULES, {
    prometheus_rule_group_last_duration_seconds: seconds,
    prometheus_rule_group_interval_seconds: "15x60",
  });

/** Scrapes of the server `app`, and scrapes of Prometheus that exceed a limit of labels. */
function scrapes(values: {
  readonly up: string;
  readonly samples: string;
  readonly limit?: string;
  readonly bytes: string;
  readonly labels?: string;
}): Record<string, string> {
  return {
    ...metrics(APP, {
      up: values.up,
      scrape_samples_scraped: values.samples,
      scrape_samples_post_metric_relabeling: values.samples,
      scrape_sample_limit: values.limit ?? "50000x100",
      scrape_body_size_bytes: values.bytes,
    }),
    ...metrics(
      { ...APP, instance: "other" },
      {
        up: "1x100",
        scrape_samples_scraped: "2000x100",
        scrape_samples_post_metric_relabeling: "2000x100",
        scrape_sample_limit: values.limit ?? "50000x100",
        scrape_body_size_bytes: "150000x100",
      },
    ),
    ...metrics(PROMETHEUS, { prometheus_target_scrape_pool_exceeded_label_limits_total: values.labels ?? "0x100" }),
  };
}

const overLimit = (limit: string) =>
  warning({ ...APP, limit }, `app (job node) exceeds a limit of its scrapes: ${limit}`);

const overLimits: readonly Situation[] = [
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a target suddenly has 200,000 series",
    series: scrapes({ up: "1x9 0x90", samples: "2000x9 200000x90", bytes: "150000x9 9000000x90" }),
    fires: { 19: [], 20: [overLimit("sample_limit")] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a target has exactly as many samples as allowed",
    series: scrapes({ up: "1x100", samples: "50000x100", bytes: "5000000x100" }),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "there is no limit of samples",
    series: scrapes({ up: "1x100", samples: "200000x100", limit: "0x100", bytes: "5000000x100" }),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a response is too large, and the target becomes smaller after a while",
    series: scrapes({ up: "1x9 0x19 1x70", samples: "2000x9 0x19 2000x70", bytes: "150000x9 -1x19 150000x70" }),
    fires: { 19: [], 20: [overLimit("body_size_limit")], 29: [overLimit("body_size_limit")], 30: [] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a series has too many labels",
    series: scrapes({ up: "1x9 0x90", samples: "2000x9 17x90", bytes: "150000x100", labels: "0x9 1+4x90" }),
    fires: { 19: [], 20: [overLimit("label limits")] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a limit of labels is exceeded once",
    series: scrapes({ up: "1x9 0x90", samples: "2000x9 17x90", bytes: "150000x100", labels: "0x9 1x90" }),
    fires: { 19: [], 20: [overLimit("label limits")], 23: [overLimit("label limits")], 24: [] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a series has too many labels, and the target has exactly as many samples as allowed",
    series: scrapes({ up: "1x9 0x90", samples: "50000x100", bytes: "150000x100", labels: "0x9 1+4x90" }),
    fires: { 19: [], 20: [overLimit("label limits")] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a series has too many labels, and there is no limit of samples",
    series: scrapes({
      up: "1x9 0x90",
      samples: "2000x9 17x90",
      limit: "0x100",
      bytes: "150000x100",
      labels: "0x9 1+4x90",
    }),
    fires: { 19: [], 20: [overLimit("label limits")] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a target exceeds the limits of samples and of labels",
    series: scrapes({
      up: "1x9 0x90",
      samples: "2000x9 200000x90",
      bytes: "150000x9 9000000x90",
      labels: "0x9 1+4x90",
    }),
    fires: { 19: [], 20: [overLimit("sample_limit")] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a response is malformed after some samples",
    series: scrapes({ up: "1x9 0x90", samples: "2000x9 17x90", bytes: "150000x100" }),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusScrapesOverLimit",
    when: "a target is down",
    series: scrapes({ up: "1x9 0x90", samples: "2000x9 0x90", bytes: "150000x9 0x90", labels: "0x9 1+4x90" }),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusScrapesNearLimit",
    when: "a target uses more than 80 % of its samples, and later more than all of them",
    series: scrapes({ up: "1x100", samples: "40000x9 40500x69 50500x30", bytes: "5000000x100" }),
    fires: {
      69: [],
      70: [warning(APP, "app (job node) uses 81 % of the allowed samples per scrape")],
      80: [],
    },
  },
  {
    alert: "PrometheusScrapesNearLimit",
    when: "a target uses exactly 80 % of its samples",
    series: scrapes({ up: "1x100", samples: "40000x100", bytes: "5000000x100" }),
    fires: { 100: [] },
  },
  {
    alert: "PrometheusScrapesNearLimit",
    when: "a target has exactly as many samples as allowed",
    series: scrapes({ up: "1x100", samples: "50000x100", bytes: "5000000x100" }),
    fires: { 59: [], 60: [warning(APP, "app (job node) uses 100 % of the allowed samples per scrape")] },
  },
  {
    alert: "PrometheusScrapesNearLimit",
    when: "there is no limit of samples",
    series: scrapes({ up: "1x100", samples: "200000x100", limit: "0x100", bytes: "5000000x100" }),
    fires: { 100: [] },
  },
];

/** A service with a memory limit of 1 GB: the memory that it got from the system, and what it gave back, in MB. */
const memory = (got: string, returned: string, job = "loki") =>
  metrics(
    { ...PROMETHEUS, job },
    {
      go_memstats_sys_bytes: got,
      go_memstats_heap_released_bytes: returned,
      go_gc_gomemlimit_bytes: "1e9x100",
    },
  );

const serviceMemory: readonly Situation[] = [
  {
    alert: "ServiceMemoryShort",
    when: "a service needs all of its memory",
    series: memory("5e8x9 10.6e8x90", "1e8x100"),
    fires: {
      24: [],
      25: [warning({ ...PROMETHEUS, job: "loki" }, "loki on hub uses 96 % of the memory that it is allowed")],
    },
  },
  {
    alert: "ServiceMemoryShort",
    when: "a service gave memory back",
    series: memory("10.4e8x100", "1e8x100"),
    fires: { 60: [] },
  },
  {
    alert: "ServiceMemoryShort",
    when: "a service uses exactly 95 % of its memory",
    series: memory("10.5e8x100", "1e8x100"),
    fires: { 60: [] },
  },
  {
    alert: "ServiceMemoryShort",
    when: "a program of the user needs all of its memory",
    series: memory("10.6e8x100", "1e8x100", "shop"),
    fires: { 60: [] },
  },
];

export const prometheus: readonly Situation[] = [
  ...serviceMemory,
  {
    alert: "PrometheusConfigurationRejected",
    when: "a reload fails",
    series: metrics(PROMETHEUS, { prometheus_config_last_reload_successful: "1x9 0x30" }),
    fires: { 14: [], 15: [critical(PROMETHEUS, "Prometheus on hub rejected its configuration")] },
  },
  {
    alert: "PrometheusConfigurationRejected",
    when: "the reload succeeds",
    series: metrics(PROMETHEUS, { prometheus_config_last_reload_successful: "1x60" }),
    fires: { 60: [] },
  },
  ...counting({
    alert: "PrometheusRulesFailing",
    metric: "prometheus_rule_evaluation_failures_total",
    labels: RULES,
    severity: Severity.CRITICAL,
    summary: "Prometheus on hub fails to evaluate rules",
    hold: 5,
    window: 5,
  }),
  ...counting({
    alert: "PrometheusRulesMissed",
    metric: "prometheus_rule_group_iterations_missed_total",
    labels: RULES,
    severity: Severity.WARNING,
    summary: "Prometheus on hub skips evaluations of rules",
    hold: 15,
    window: 5,
  }),
  {
    alert: "PrometheusRulesSlow",
    when: "rules take 13.8 of 15 seconds",
    series: duration("13.8x60"),
    fires: { 14: [], 15: [warning(RULES, "Prometheus on hub evaluates rules too slowly")] },
  },
  {
    alert: "PrometheusRulesSlow",
    when: "rules take 13.5 of 15 seconds",
    series: duration("13.5x60"),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusQueryLoadHigh",
    when: "17 of 20 queries run",
    series: queries("0x9 17x60"),
    fires: { 28: [], 29: [warning(PROMETHEUS, "Prometheus on hub is busy with queries")] },
  },
  {
    alert: "PrometheusQueryLoadHigh",
    when: "16.5 of 20 queries run",
    series: queries("16.5x60"),
    fires: { 14: [], 15: [warning(PROMETHEUS)] },
  },
  { alert: "PrometheusQueryLoadHigh", when: "16 of 20 queries run", series: queries("16x60"), fires: { 60: [] } },
  {
    alert: "PrometheusQueryLoadHigh",
    when: "a dashboard is opened every ten minutes",
    series: queries("30x1 0x7 30x1 0x7 30x1 0x7 30x1 0x7 30x1 0x7"),
    fires: { 20: [], 40: [] },
  },
  {
    alert: "PrometheusNotIngesting",
    when: "no scrape is stored",
    series: metrics(PROMETHEUS, { up: "1x9 stale" }),
    fires: { 14: [], 15: [critical({}, "Prometheus stores no samples")] },
  },
  {
    alert: "PrometheusNotIngesting",
    when: "all targets are down",
    series: metrics(PROMETHEUS, { up: "0x60" }),
    fires: { 60: [] },
  },
  ...counting({
    alert: "PrometheusDuplicateSamples",
    metric: "prometheus_target_scrapes_sample_duplicate_timestamp_total",
    labels: PROMETHEUS,
    severity: Severity.WARNING,
    summary: "Prometheus on hub gets several values for one timestamp",
    hold: 10,
    window: 5,
  }),
  ...["out_of_order", "out_of_bounds"].flatMap((kind) => {
    const all = ["out_of_order", "out_of_bounds"].map((one) => `prometheus_target_scrapes_sample_${one}_total`);
    const others = metrics(PROMETHEUS, Object.fromEntries(all.map((metric) => [metric, "0x100"])));
    return counting({
      alert: "PrometheusOutOfOrderSamples",
      metric: `prometheus_target_scrapes_sample_${kind}_total`,
      labels: PROMETHEUS,
      severity: Severity.WARNING,
      summary: "Prometheus on hub gets samples that are too old",
      hold: 10,
      window: 5,
    }).map((situation) => ({
      ...situation,
      when: `${situation.when} (${kind})`,
      series: { ...others, ...situation.series },
    }));
  }),
  ...counting({
    alert: "PrometheusTargetsUnreadable",
    metric: "prometheus_sd_file_read_errors_total",
    labels: PROMETHEUS,
    severity: Severity.WARNING,
    summary: "Prometheus on hub cannot read a file of scrape targets",
    hold: 10,
    window: 15,
  }),
  ...counting({
    alert: "PrometheusTargetsRejected",
    metric: "prometheus_target_sync_failed_total",
    labels: JOB,
    severity: Severity.CRITICAL,
    summary: "Prometheus on hub rejects targets of the job node",
    hold: 5,
    window: 15,
  }),
  ...overLimits,
  {
    alert: "PrometheusNotificationsFailing",
    when: "51 of 100 alerts cannot be sent",
    series: notifications("0+51x60", "0+49x60"),
    fires: {
      5: [],
      6: [critical(RECEIVER, "Prometheus on hub cannot send alerts to Alertmanager")],
      15: [critical(RECEIVER)],
      16: [critical(RECEIVER), warning(RECEIVER)],
    },
  },
  {
    alert: "PrometheusNotificationsFailing",
    when: "50 of 100 alerts cannot be sent",
    series: notifications("0+50x60", "0+50x60"),
    fires: { 60: [warning(RECEIVER)] },
  },
  {
    alert: "PrometheusNotificationsFailing",
    when: "1.02 % of the alerts cannot be sent",
    series: notifications("0+61.2x60", "0+5938.8x60"),
    fires: { 15: [], 16: [warning(RECEIVER)] },
  },
  {
    alert: "PrometheusNotificationsFailing",
    when: "1 % of the alerts cannot be sent",
    series: notifications("0+60x60", "0+5940x60"),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusNotificationsFailing",
    when: "there are no alerts",
    series: notifications("5x60", "7x60"),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusNotificationsQueued",
    when: "5100 of 10000 places in the queue are taken",
    series: queue("5100x60"),
    fires: { 9: [], 10: [warning(RECEIVER, "Alerts are queued in Prometheus on hub")] },
  },
  {
    alert: "PrometheusNotificationsQueued",
    when: "5000 of 10000 places are taken",
    series: queue("5000x60"),
    fires: { 60: [] },
  },
  {
    alert: "PrometheusNoAlertmanager",
    when: "the last Alertmanager is removed",
    series: metrics(PROMETHEUS, { prometheus_notifications_alertmanagers_discovered: "1x9 0x50" }),
    fires: { 14: [], 15: [critical(PROMETHEUS, "Prometheus on hub has no Alertmanager")] },
  },
  {
    alert: "PrometheusNoAlertmanager",
    when: "there is one Alertmanager",
    series: metrics(PROMETHEUS, { prometheus_notifications_alertmanagers_discovered: "1x60" }),
    fires: { 60: [] },
  },
];
