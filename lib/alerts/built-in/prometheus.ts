import { componentKinds } from "../../components";
import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["prometheus"], group: "prometheus", dashboard: Uids.SELF_MONITORING };
/** The services of this library. Other programs may have a memory limit too, but not one of this library. */
const SERVICES = `job=~"${componentKinds.map(({ scrapeJob }) => scrapeJob).join("|")}"`;
const ERRORS = "rate(prometheus_notifications_errors_total[5m])";
/** A limit of 0 means that there is none. */
const OVER_SAMPLE_LIMIT = "scrape_samples_post_metric_relabeling > (scrape_sample_limit > 0)";

/** Scrapes that exceeded a limit, with the name of the limit in the label `limit`. */
function overLimits(window: number): string {
  // No series tells that a target exceeds a limit of labels. Prometheus counts these scrapes, and such a target has
  // samples although it counts as down. That is also true of a malformed response, so both conditions are necessary.
  const labels = [
    `up == 0 and scrape_samples_scraped > 0 unless ${OVER_SAMPLE_LIMIT}`,
    `and on () sum(increase(prometheus_target_scrape_pool_exceeded_label_limits_total[${window}m])) > 0`,
  ].join("\n");
  return [
    named("sample_limit", OVER_SAMPLE_LIMIT),
    named("body_size_limit", "scrape_body_size_bytes == -1"),
    named("label limits", labels),
  ].join("\nor ");
}

function named(limit: string, expr: string): string {
  return `label_replace(${expr}, "limit", "${limit}", "", "")`;
}

/** Alerts about Prometheus: its configuration, rules, queries, scrapes and notifications. */
export const prometheusAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "PrometheusConfigurationRejected",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: () => "prometheus_config_last_reload_successful == 0" }],
    summary: "Prometheus on {{ $labels.instance }} rejected its configuration",
    description:
      "Prometheus on {{ $labels.instance }} could not load its configuration or rules and keeps using the previous ones. It will not start with the current files. Its journal contains the error.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusRulesFailing",
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: () => "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} fails to evaluate rules",
    description:
      "Prometheus on {{ $labels.instance }} cannot evaluate rules of the group {{ $labels.rule_group }}. The affected alerts do not fire. Its web UI shows the error under /rules.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusRulesMissed",
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: () => "increase(prometheus_rule_group_iterations_missed_total[5m]) > 0",
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} skips evaluations of rules",
    description:
      "Prometheus on {{ $labels.instance }} skips evaluations of the rule group {{ $labels.rule_group }}, because they take too long or the server is too busy. Alerts fire late.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusRulesSlow",
    thresholds: { duration: percent(90, "duration of an evaluation relative to the interval of the group") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) =>
          `100 * prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds > ${t.duration}`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} evaluates rules too slowly",
    description:
      'An evaluation of the rule group {{ $labels.rule_group }} on {{ $labels.instance }} takes {{ printf "%.0f" $value }} % of its interval. If the evaluation gets slower, Prometheus skips evaluations and alerts fire late. Find the slow rule in its web UI under /rules.',
  }),
  define({
    ...ABOUT,
    name: "PrometheusQueryLoadHigh",
    // The value of the Prometheus mixin. Queries that wait count, too, so the value can exceed 100 %.
    thresholds: { load: percent(80, "running and waiting queries, relative to the queries that can run at once") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) =>
          `100 * avg_over_time(prometheus_engine_queries[5m]) / prometheus_engine_queries_concurrent_max > ${t.load}`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} is busy with queries",
    description:
      'On {{ $labels.instance }}, the number of running and waiting queries is {{ printf "%.0f" $value }} % of the number that Prometheus runs at once. From 100 % on, dashboards and rules wait, and alerts fire late. Find the slow queries.',
  }),
  define({
    ...ABOUT,
    name: "PrometheusNotIngesting",
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        // Every scrape writes the `up` of its target, even if it fails. Without any `up`, nothing is stored at all.
        expr: () => "absent(up)",
      },
    ],
    summary: "Prometheus stores no samples",
    description:
      "Prometheus has not stored the result of any scrape for minutes. It has no targets, or cannot write because its disk is full. No other alert can fire. Its journal contains the cause.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusDuplicateSamples",
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: () => "increase(prometheus_target_scrapes_sample_duplicate_timestamp_total[5m]) > 0",
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} gets several values for one timestamp",
    description:
      "Prometheus on {{ $labels.instance }} drops samples, because it already has another value for the same series and timestamp. Two targets have the same labels, or an exporter exposes a series twice. Its journal names the target.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusOutOfOrderSamples",
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: () =>
          "increase(prometheus_target_scrapes_sample_out_of_order_total[5m]) + increase(prometheus_target_scrapes_sample_out_of_bounds_total[5m]) > 0",
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} gets samples that are too old",
    description:
      "Prometheus on {{ $labels.instance }} drops samples that are older than the newest ones of their series. An exporter sets its own timestamps, or a clock was set back. Its journal names the target.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusTargetsUnreadable",
    thresholds: {
      window: minutes(15, "range in which failures are counted; Prometheus reads the files every 5 minutes"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `increase(prometheus_sd_file_read_errors_total[${t.window}m]) > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} cannot read a file of scrape targets",
    description:
      "Prometheus on {{ $labels.instance }} cannot read one of its files of scrape targets, and keeps the targets that it knew before. New servers are not monitored. Its journal names the file.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusTargetsRejected",
    thresholds: { window: minutes(15, "range in which failures are counted") },
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: (t) => `increase(prometheus_target_sync_failed_total[${t.window}m]) > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} rejects targets of the job {{ $labels.scrape_job }}",
    description:
      "Targets of the job {{ $labels.scrape_job }} are malformed, so Prometheus on {{ $labels.instance }} does not scrape them. These servers are not monitored. Its journal names the targets.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusScrapesOverLimit",
    thresholds: { window: minutes(15, "range in which scrapes over a limit of labels are counted") },
    levels: [{ severity: Severity.WARNING, for: "10m", expr: (t) => overLimits(t.window) }],
    summary: "{{ $labels.instance }} (job {{ $labels.job }}) exceeds a limit of its scrapes: {{ $labels.limit }}",
    description:
      "{{ $labels.instance }} exposes more samples, bytes or labels in the job {{ $labels.job }} than Prometheus allows, so Prometheus drops its scrapes. The target counts as down and none of its metrics are stored; other targets are not affected. Find the metric that grew, or raise {{ $labels.limit }}.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusScrapesNearLimit",
    thresholds: { used: percent(80, "samples of a scrape relative to the limit") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "1h",
        // A target over the limit has its own alert. Without a limit, the quotient is infinite.
        expr: (t) => `100 * scrape_samples_post_metric_relabeling / scrape_sample_limit > ${t.used} <= 100`,
      },
    ],
    summary:
      '{{ $labels.instance }} (job {{ $labels.job }}) uses {{ printf "%.0f" $value }} % of the allowed samples per scrape',
    description:
      'The scrapes of {{ $labels.instance }} in the job {{ $labels.job }} have {{ printf "%.0f" $value }} % of the samples that the sample_limit of Prometheus allows. From 100 % on, Prometheus drops them and the target counts as down. Find the metric that grows, or raise the limit.',
  }),
  define({
    ...ABOUT,
    name: "ServiceMemoryShort",
    thresholds: { used: percent(95, "memory of the service relative to its GOMEMLIMIT") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        // The memory that GOMEMLIMIT limits. The resident memory also contains mapped files, which the kernel can drop.
        expr: (t) =>
          `100 * (go_memstats_sys_bytes{${SERVICES}} - go_memstats_heap_released_bytes{${SERVICES}}) / go_gc_gomemlimit_bytes{${SERVICES}} > ${t.used}`,
      },
    ],
    summary:
      '{{ $labels.job }} on {{ $labels.instance }} uses {{ printf "%.0f" $value }} % of the memory that it is allowed',
    description:
      'The service {{ $labels.job }} on {{ $labels.instance }} uses {{ printf "%.0f" $value }} % of its GOMEMLIMIT. It gets slow, because it frees memory all the time. If it needs more, the kernel kills it at the MemoryMax of its unit. Find out why it needs so much, or raise memoryMax of the component.',
  }),
  define({
    ...ABOUT,
    kinds: ["prometheus", "alertmanager"],
    name: "PrometheusNotificationsFailing",
    thresholds: {
      warning: percent(1, "alerts that could not be sent"),
      critical: percent(50, "alerts that could not be sent"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) => `100 * ${ERRORS} / (${ERRORS} + rate(prometheus_notifications_sent_total[5m])) > ${t.warning}`,
      },
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: (t) => `100 * ${ERRORS} / (${ERRORS} + rate(prometheus_notifications_sent_total[5m])) > ${t.critical}`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} cannot send alerts to Alertmanager",
    description:
      'Prometheus on {{ $labels.instance }} fails to send {{ printf "%.0f" $value }} % of its alerts to {{ $labels.alertmanager }}. If this is the only Alertmanager, nobody is notified of any alert. Check that it runs, and that the firewalls allow the connection.',
  }),
  define({
    ...ABOUT,
    kinds: ["prometheus", "alertmanager"],
    name: "PrometheusNotificationsQueued",
    thresholds: { queue: percent(50, "used part of the queue") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) =>
          `100 * prometheus_notifications_queue_length / on (instance, monitoring) group_left () prometheus_notifications_queue_capacity > ${t.queue}`,
      },
    ],
    summary: "Alerts are queued in Prometheus on {{ $labels.instance }}",
    description:
      'The queue of alerts from Prometheus on {{ $labels.instance }} to Alertmanager is {{ printf "%.0f" $value }} % full. When it is full, Prometheus drops alerts. Alertmanager is too slow or does not answer.',
  }),
  define({
    ...ABOUT,
    kinds: ["prometheus", "alertmanager"],
    name: "PrometheusNoAlertmanager",
    thresholds: {
      alertmanagers: { value: 1, unit: "Alertmanagers", meaning: "required number of Alertmanagers", least: 1 },
    },
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: (t) => `prometheus_notifications_alertmanagers_discovered < ${t.alertmanagers}`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} has no Alertmanager",
    description:
      "Prometheus on {{ $labels.instance }} knows {{ $value }} Alertmanagers, fewer than required. Without one, nobody is notified of any alert. Check its configuration and the file that lists the Alertmanagers.",
  }),
];
