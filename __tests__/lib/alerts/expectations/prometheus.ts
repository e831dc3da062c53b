import { Severity } from "../../../../lib/alerts/rule";
import { critical, Labels, metrics, PROMETHEUS, Situation, warning } from "../../../support/expectations";
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

const limits = [
  "prometheus_target_scrapes_exceeded_sample_limit_total",
  "prometheus_target_scrapes_exceeded_body_size_limit_total",
  "prometheus_target_scrape_pool_exceeded_label_limits_total",
  "prometheus_target_scrape_pool_exceeded_target_limit_total",
];

/** Scrapes that exceed one limit. The counters of the other limits are zero. */
function overLimit(exceeded: string): Situation[] {
  const others = metrics(PROMETHEUS, Object.fromEntries(limits.map((metric) => [metric, "0x100"])));
  return counting({
    alert: "PrometheusScrapesOverLimit",
    metric: exceeded,
    labels: PROMETHEUS,
    severity: Severity.WARNING,
    summary: "Prometheus on hub drops scrapes that exceed a limit",
    hold: 10,
    window: 15,
  }).map((situation) => ({
    ...situation,
    when: `${situation.when} (${exceeded})`,
    series: { ...others, ...situation.series },
  }));
}

export const prometheus: readonly Situation[] = [
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
  ...limits.flatMap(overLimit),
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
