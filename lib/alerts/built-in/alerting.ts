import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["alertmanager"], group: "alertmanager", dashboard: Uids.MONITORING };
/** Receivers are told apart by the name that Alertmanager is told to have in its metrics. */
const BY_RECEIVER = "sum by (instance, monitoring, integration, receiver_name)";
const BY_GRAFANA = "sum by (instance, monitoring)";
const REQUESTS = "grafana_http_request_duration_seconds_count";

/** Alertmanager: what does not come through it is heard by nobody. */
export const alertmanagerAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "AlertmanagerDown",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "3m", expr: () => 'up{job="alertmanager"} == 0' }],
    summary: "Alertmanager on {{ $labels.instance }} is down",
    description:
      "Prometheus gets no answer from Alertmanager on {{ $labels.instance }}. If it is the only one no alert reaches anybody, this one neither: then the dead man's switch tells. See why it does not run.",
  }),
  define({
    ...ABOUT,
    name: "AlertmanagerConfigurationRejected",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "5m", expr: () => "alertmanager_config_last_reload_successful == 0" }],
    summary: "Alertmanager on {{ $labels.instance }} has refused its configuration",
    description:
      "Alertmanager on {{ $labels.instance }} could not load its configuration, and goes on with the former one; it will not start with this. Its journal says what is wrong.",
  }),
  define({
    ...ABOUT,
    name: "AlertmanagerDeliveryFailing",
    thresholds: { failed: percent(1, "messages that could not be delivered") },
    levels: [
      {
        severity: Severity.CRITICAL,
        // Messages are few: over a quarter of an hour, so that each counts long enough.
        for: "5m",
        expr: (t) =>
          `100 * ${BY_RECEIVER} (rate(alertmanager_notifications_failed_total[15m])) / ${BY_RECEIVER} (rate(alertmanager_notifications_total[15m])) > ${t.failed}`,
      },
    ],
    summary: "Alertmanager on {{ $labels.instance }} cannot deliver to {{ $labels.receiver_name }}",
    description:
      '{{ printf "%.0f" $value }} % of the messages that Alertmanager on {{ $labels.instance }} sends to the receiver {{ $labels.receiver_name }} by {{ $labels.integration }} fail: who relies on it hears nothing. Its journal has the answer of the other side; often a secret has expired or an address has changed.',
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
        // Those that are down have their own alert; this is about ones that run and do not know each other.
        expr: () =>
          'alertmanager_cluster_members < on (monitoring) group_left () count by (monitoring) (up{job="alertmanager"} == 1)',
      },
    ],
    summary: "Alertmanager on {{ $labels.instance }} does not see all of its cluster",
    description:
      "Alertmanager on {{ $labels.instance }} sees {{ $value }} members of its cluster, fewer than run: messages come twice, and silences hold in one part only. See whether port 9094 is open between them, tcp and udp.",
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
      "The Alertmanagers of {{ $labels.monitoring }} have {{ $value }} different configurations: what happens to an alert depends on which one is quickest. One of them was not reached by the last deploy, or refused it; deploy again.",
  }),
];

/** Grafana. That it is down is told as of any target. */
export const grafanaAlerts: readonly AlertDefinition[] = [
  define({
    name: "GrafanaFailing",
    group: "grafana",
    kinds: ["grafana"],
    thresholds: { failed: percent(10, "requests that it answered with an error of its own") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) =>
          `100 * ${BY_GRAFANA} (rate(${REQUESTS}{status_code=~"5.."}[5m])) / ${BY_GRAFANA} (rate(${REQUESTS}[5m])) > ${t.failed}`,
      },
    ],
    summary: "Grafana on {{ $labels.instance }} answers with errors",
    description:
      'Grafana on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of all requests with an error: it does not reach a data source, or its database. Its journal says which.',
    dashboard: Uids.MONITORING,
  }),
];

/** What proves that alerts arrive. */
export const watchdog: AlertDefinition = define({
  name: "Watchdog",
  group: "watchdog",
  kinds: ["prometheus"],
  thresholds: {},
  levels: [{ severity: Severity.NONE, expr: () => "vector(1)" }],
  summary: "Alerts are on their way",
  description:
    "This one fires always. It is sent to the dead man's switch, which raises the alarm when it stays away: then Prometheus, Alertmanager or the way out is broken.",
  dashboard: Uids.MONITORING,
});
