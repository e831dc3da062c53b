import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["prometheus"], group: "prometheus", dashboard: Uids.MONITORING };
const ERRORS = "rate(prometheus_notifications_errors_total[5m])";
/** What a limit on scrapes has kept out: whole scrapes, or targets. */
const OVER_LIMITS = [
  "prometheus_target_scrapes_exceeded_sample_limit_total",
  "prometheus_target_scrapes_exceeded_body_size_limit_total",
  "prometheus_target_scrape_pool_exceeded_label_limits_total",
  "prometheus_target_scrape_pool_exceeded_target_limit_total",
];

/** Prometheus itself: its configuration, rules, and what it takes in and keeps. */
export const prometheusAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "PrometheusConfigurationRejected",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: () => "prometheus_config_last_reload_successful == 0" }],
    summary: "Prometheus on {{ $labels.instance }} has refused its configuration",
    description:
      "Prometheus on {{ $labels.instance }} could not load its configuration or rules, and goes on with the former ones; it will not start with these. Its journal says what is wrong.",
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
      "Rules of the group {{ $labels.rule_group }} fail on {{ $labels.instance }}: alerts among them do not fire, whatever happens. Prometheus' page of rules shows the error.",
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
      "Prometheus on {{ $labels.instance }} leaves out evaluations of the rule group {{ $labels.rule_group }}, for it takes too long or the server is too busy: alerts come late.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusRulesSlow",
    thresholds: { duration: percent(90, "an evaluation's time, of the interval between two") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: (t) =>
          `100 * prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds > ${t.duration}`,
      },
    ],
    summary: "Rules of Prometheus on {{ $labels.instance }} take too long",
    description:
      'One evaluation of the rule group {{ $labels.rule_group }} on {{ $labels.instance }} takes {{ printf "%.0f" $value }} % of the time until the next one: soon some will be left out, and alerts come late. Find the slow rule on Prometheus\' page of rules.',
  }),
  define({
    ...ABOUT,
    name: "PrometheusNotIngesting",
    thresholds: {},
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        // Each scrape, failed or not, writes its target's "up"; where there is none nothing is written at all.
        expr: () => "absent(up)",
      },
    ],
    summary: "Prometheus takes in no samples",
    description:
      "A Prometheus has not stored the outcome of any scrape for minutes: it has no targets, or cannot write (a full disk). No alert but this kind can fire. Its journal says why.",
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
    summary: "Prometheus on {{ $labels.instance }} gets two values for one time",
    description:
      "Prometheus on {{ $labels.instance }} drops samples, for it has another value of the same series and time. Two targets have the same labels, or an exporter tells a series twice. Its journal names the target.",
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
    summary: "Prometheus on {{ $labels.instance }} gets samples of the past",
    description:
      "Prometheus on {{ $labels.instance }} drops samples that are older than what it has: an exporter gives times of its own, or a clock was set back. Its journal names the target.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusCompactionsFailing",
    thresholds: {
      window: minutes(30, "for how long one failure counts; Prometheus tries again within a minute or so"),
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
      "Prometheus on {{ $labels.instance }} cannot put samples from memory into blocks: memory and disk grow, and starts take longer. Mostly the disk is full, or a block is damaged. Its journal says which.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusBlocksUnreadable",
    thresholds: {
      window: minutes(30, "for how long one failure counts; Prometheus tries again within a minute or so"),
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
      "Prometheus on {{ $labels.instance }} fails to load blocks of its data from disk: queries of the past may lack samples, and nothing is deleted any more. Its journal names the block.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusWalCorrupt",
    thresholds: {},
    // It is found when Prometheus starts, so that there is nothing before that it could have risen from.
    levels: [{ severity: Severity.WARNING, expr: () => "prometheus_tsdb_wal_corruptions_total > 0" }],
    summary: "Prometheus on {{ $labels.instance }} has lost its latest samples",
    description:
      "Prometheus on {{ $labels.instance }} found its write-ahead log damaged when it started, and dropped what came after the damage: up to some hours of samples. Look whether the disk is sound. It is told until the next start.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusTargetsUnreadable",
    thresholds: { window: minutes(15, "for how long one failure counts; the files are read every five minutes") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `increase(prometheus_sd_file_read_errors_total[${t.window}m]) > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} cannot read a file of targets",
    description:
      "Prometheus on {{ $labels.instance }} cannot read one of its files of targets, and keeps the targets that it knew: new servers are not watched. Its journal names the file.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusTargetsRejected",
    thresholds: { window: minutes(15, "for how long one failure counts") },
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "5m",
        expr: (t) => `increase(prometheus_target_sync_failed_total[${t.window}m]) > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} rejects targets of the job {{ $labels.scrape_job }}",
    description:
      "Targets of the job {{ $labels.scrape_job }} are malformed, so that Prometheus on {{ $labels.instance }} does not scrape them: those servers are not watched. Its journal names them.",
  }),
  define({
    ...ABOUT,
    name: "PrometheusScrapesOverLimit",
    thresholds: { window: minutes(15, "for how long one scrape counts") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `${OVER_LIMITS.map((metric) => `increase(${metric}[${t.window}m])`).join("\n+ ")} > 0`,
      },
    ],
    summary: "Prometheus on {{ $labels.instance }} drops scrapes that are over a limit",
    description:
      "A target gives more samples, labels or bytes than Prometheus on {{ $labels.instance }} admits, or a job has more targets: these are dropped as a whole. The page of targets shows which.",
  }),
  define({
    ...ABOUT,
    kinds: ["prometheus", "alertmanager"],
    name: "PrometheusNotificationsFailing",
    thresholds: {
      warning: percent(1, "alerts that could not be handed over"),
      critical: percent(50, "alerts that could not be handed over"),
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
    summary: "Prometheus on {{ $labels.instance }} cannot hand over alerts",
    description:
      '{{ printf "%.0f" $value }} % of the alerts that Prometheus on {{ $labels.instance }} sends to {{ $labels.alertmanager }} fail. If that is the only Alertmanager nobody hears of anything. See whether it runs, and whether the firewalls let Prometheus in.',
  }),
  define({
    ...ABOUT,
    kinds: ["prometheus", "alertmanager"],
    name: "PrometheusNotificationsQueued",
    thresholds: { queue: percent(50, "the queue in use") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) =>
          `100 * prometheus_notifications_queue_length / on (instance, monitoring) group_left () prometheus_notifications_queue_capacity > ${t.queue}`,
      },
    ],
    summary: "Alerts wait in Prometheus on {{ $labels.instance }}",
    description:
      'The queue of alerts that Prometheus on {{ $labels.instance }} has for its Alertmanager is {{ printf "%.0f" $value }} % full; what does not fit is dropped. Alertmanager is too slow, or does not answer.',
  }),
  define({
    ...ABOUT,
    kinds: ["prometheus", "alertmanager"],
    name: "PrometheusNoAlertmanager",
    thresholds: {
      alertmanagers: { value: 1, unit: "Alertmanagers", meaning: "how many there must be at least", least: 1 },
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
      "Prometheus on {{ $labels.instance }} knows {{ $value }} Alertmanagers, fewer than it should: without any, no alert reaches anybody. Look at its configuration and at the file that lists them.",
  }),
];
