import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["prometheus"], group: "prometheus", dashboard: Uids.SELF_MONITORING };
const ERRORS = "rate(prometheus_notifications_errors_total[5m])";
/** Scrapes and targets that exceeded a limit. */
const OVER_LIMITS = [
  "prometheus_target_scrapes_exceeded_sample_limit_total",
  "prometheus_target_scrapes_exceeded_body_size_limit_total",
  "prometheus_target_scrape_pool_exceeded_label_limits_total",
  "prometheus_target_scrape_pool_exceeded_target_limit_total",
];

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
    thresholds: { window: minutes(15, "range in which scrapes over a limit are counted") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `${OVER_LIMITS.map((metric) => `increase(${metric}[${t.window}m])`).join("\n+ ")} > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} drops scrapes that exceed a limit",
    description:
      "A target exposes more samples, labels or bytes than Prometheus on {{ $labels.instance }} allows, or a job has too many targets. Prometheus drops the whole scrape. Its web UI shows the target under /targets.",
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
