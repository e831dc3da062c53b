import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["alertmanager"], group: "alertmanager", dashboard: Uids.SELF_MONITORING };
/** The name of the receiver is a label because the deploy enables Alertmanager's feature `receiver-name-in-metrics`. */
const BY_RECEIVER = "sum by (instance, monitoring, integration, receiver_name)";
const BY_GRAFANA = "sum by (instance, monitoring)";
const REQUESTS = "grafana_http_request_duration_seconds_count";

/** Alerts about Alertmanager, which delivers all notifications. */
export const alertmanagerAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "AlertmanagerDown",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "3m", expr: () => 'up{job="alertmanager"} == 0' }],
    summary: "Alertmanager on {{ $labels.instance }} is down",
    description:
      "Prometheus cannot scrape Alertmanager on {{ $labels.instance }}. If it is the only Alertmanager, nobody is notified of any alert, and only the dead man's switch raises the alarm. Check its service.",
  }),
  define({
    ...ABOUT,
    name: "AlertmanagerConfigurationRejected",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: () => "alertmanager_config_last_reload_successful == 0" }],
    summary: "Alertmanager on {{ $labels.instance }} rejected its configuration",
    description:
      "Alertmanager on {{ $labels.instance }} could not load its configuration and keeps using the previous one. It will not start with the current file. Its journal contains the error.",
  }),
  define({
    ...ABOUT,
    name: "AlertmanagerDeliveryFailing",
    thresholds: { failed: percent(1, "notifications that could not be delivered") },
    levels: [
      {
        severity: Severity.CRITICAL,
        // Notifications are rare. The range of 15 minutes keeps each failure visible for the whole `for` duration.
        for: "5m",
        expr: (t) =>
          `100 * ${BY_RECEIVER} (rate(alertmanager_notifications_failed_total[15m])) / ${BY_RECEIVER} (rate(alertmanager_notifications_total[15m])) > ${t.failed}`,
      },
    ],
    summary: "Alertmanager on {{ $labels.instance }} cannot deliver to {{ $labels.receiver_name }}",
    description:
      'Alertmanager on {{ $labels.instance }} fails to deliver {{ printf "%.0f" $value }} % of the notifications to the receiver {{ $labels.receiver_name }} ({{ $labels.integration }}). Its journal contains the receiver\'s answer. Often a secret has expired or an address has changed.',
  }),
  define({
    ...ABOUT,
    name: "AlertmanagerMembersMissing",
    clustered: true,
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        // An Alertmanager that is down has its own alert. This one is about running members that do not see each other.
        expr: () =>
          'alertmanager_cluster_members < on (monitoring) group_left () count by (monitoring) (up{job="alertmanager"} == 1)',
      },
    ],
    summary: "Alertmanager on {{ $labels.instance }} does not see all members of its cluster",
    description:
      "Alertmanager on {{ $labels.instance }} sees {{ $value }} members of its cluster, fewer than are running. Notifications arrive twice, and a silence applies to one part of the cluster only. Check that port 9094 (tcp and udp) is open between the members.",
  }),
  define({
    ...ABOUT,
    name: "AlertmanagerConfigurationsDiffer",
    clustered: true,
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "15m",
        expr: () =>
          'count by (monitoring) (count_values by (monitoring) ("configuration", alertmanager_config_hash)) > 1',
      },
    ],
    summary: "The Alertmanagers of {{ $labels.monitoring }} have different configurations",
    description:
      "The Alertmanagers of {{ $labels.monitoring }} have {{ $value }} different configurations, so they may send the same alert to different receivers. The last deploy did not reach one of them, or one of them rejected the configuration. Deploy again.",
  }),
];

/** Alerts about Grafana. If it is down, TargetDown fires. */
export const grafanaAlerts: readonly AlertDefinition[] = [
  define({
    name: "GrafanaFailing",
    group: "grafana",
    kinds: ["grafana"],
    thresholds: { failed: percent(10, "requests answered with status 5xx") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) =>
          `100 * ${BY_GRAFANA} (rate(${REQUESTS}{status_code=~"5.."}[5m])) / ${BY_GRAFANA} (rate(${REQUESTS}[5m])) > ${t.failed}`,
      },
    ],
    summary: "Grafana on {{ $labels.instance }} answers requests with errors",
    description:
      'Grafana on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of its requests with status 5xx. It cannot reach a data source, or its database fails. Its journal contains the errors.',
    dashboard: Uids.SELF_MONITORING,
  }),
];

/** The alert that always fires. The dead man's switch raises the alarm when this alert stops arriving. */
export const watchdog: AlertDefinition = define({
  name: "Watchdog",
  group: "watchdog",
  kinds: ["prometheus"],
  thresholds: {},
  levels: [{ severity: Severity.NONE, expr: () => "vector(1)" }],
  summary: "Alert delivery works",
  description:
    "This alert always fires, and Alertmanager sends it to the dead man's switch. If the alert stops arriving there, Prometheus, Alertmanager or the connection to the internet is broken, and the dead man's switch raises the alarm.",
  dashboard: Uids.SELF_MONITORING,
});
