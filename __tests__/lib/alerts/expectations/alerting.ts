import { Severity } from "../../../../lib/alerts/rule";
import { critical, Labels, metrics, series, Situation, warning, withoutJob } from "../../../support/expectations";

const HUB: Labels = { instance: "hub", job: "alertmanager", monitoring: "prod" };
const SPARE: Labels = { ...HUB, instance: "spare" };
const SLACK: Labels = { ...HUB, integration: "slack", receiver_name: "ops" };
const GRAFANA: Labels = { instance: "hub", job: "grafana", monitoring: "prod" };

/** Slack notifications, of which some failed. Failures have a label for their reason. */
const delivery = (all: number, failed: number) => ({
  ...metrics(SLACK, { alertmanager_notifications_total: `0+${all}x60` }),
  [series("alertmanager_notifications_failed_total", { ...SLACK, reason: "clientError" })]: `0+${failed}x60`,
  [series("alertmanager_notifications_failed_total", { ...SLACK, reason: "serverError" })]: "0x60",
});

/** Requests to Grafana, by status code. */
const requests = (fine: number, failed: number) => ({
  [series("grafana_http_request_duration_seconds_count", { ...GRAFANA, status_code: "200" })]: `0+${fine}x60`,
  [series("grafana_http_request_duration_seconds_count", { ...GRAFANA, status_code: "404" })]: "0+10x60",
  [series("grafana_http_request_duration_seconds_count", { ...GRAFANA, status_code: "500" })]: `0+${failed}x60`,
});

const two = (hub: string, spare: string, spareUp = "1x60") => ({
  ...metrics(HUB, { up: "1x60", alertmanager_cluster_members: hub }),
  ...metrics(SPARE, { up: spareUp, alertmanager_cluster_members: spare }),
});

const configurations = (hub: string, spare: string) => ({
  ...metrics(HUB, { alertmanager_config_hash: hub }),
  ...metrics(SPARE, { alertmanager_config_hash: spare }),
});

export const alerting: readonly Situation[] = [
  {
    alert: "AlertmanagerDown",
    when: "an Alertmanager is down",
    series: metrics(HUB, { up: "1x9 0x50" }),
    fires: { 12: [], 13: [critical(HUB, "Alertmanager on hub is down")] },
  },
  { alert: "AlertmanagerDown", when: "it is up", series: metrics(HUB, { up: "1x60" }), fires: { 60: [] } },
  {
    alert: "AlertmanagerDown",
    when: "the target of another job is down",
    series: metrics(GRAFANA, { up: "0x60" }),
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerConfigurationRejected",
    when: "a reload fails",
    series: metrics(HUB, { alertmanager_config_last_reload_successful: "1x9 0x50" }),
    fires: { 14: [], 15: [critical(HUB, "Alertmanager on hub rejected its configuration")] },
  },
  {
    alert: "AlertmanagerConfigurationRejected",
    when: "the reload succeeds",
    series: metrics(HUB, { alertmanager_config_last_reload_successful: "1x60" }),
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerDeliveryFailing",
    when: "102 of 10000 notifications fail",
    series: delivery(10_000, 102),
    fires: { 5: [], 6: [critical(withoutJob(SLACK), "Alertmanager on hub cannot deliver to ops")] },
  },
  {
    alert: "AlertmanagerDeliveryFailing",
    when: "100 of 10000 notifications fail",
    series: delivery(10_000, 100),
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerDeliveryFailing",
    when: "there are no notifications",
    series: delivery(0, 0),
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerMembersMissing",
    when: "two running members do not see each other",
    series: two("2x9 1x50", "2x9 1x50"),
    fires: {
      19: [],
      20: [warning(HUB, "Alertmanager on hub does not see all members of its cluster"), warning(SPARE)],
    },
  },
  {
    alert: "AlertmanagerMembersMissing",
    when: "both members see each other",
    series: two("2x60", "2x60"),
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerMembersMissing",
    when: "one member is down, which has its own alert",
    series: two("2x9 1x50", "2x9 stale", "1x9 0x50"),
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerMembersMissing",
    when: "targets of other jobs are up",
    series: { ...two("2x60", "2x60"), ...metrics(GRAFANA, { up: "1x60" }) },
    fires: { 60: [] },
  },
  {
    alert: "AlertmanagerConfigurationsDiffer",
    when: "one member has an older configuration",
    series: configurations("11x9 12x50", "11x60"),
    fires: {
      24: [],
      25: [warning({ monitoring: "prod" }, "The Alertmanagers of prod have different configurations")],
    },
  },
  {
    alert: "AlertmanagerConfigurationsDiffer",
    when: "both have the same configuration",
    series: configurations("12x60", "12x60"),
    fires: { 60: [] },
  },
  {
    alert: "GrafanaFailing",
    when: "102 of 1000 requests fail",
    series: requests(888, 102),
    fires: { 10: [], 11: [warning(withoutJob(GRAFANA), "Grafana on hub answers requests with errors")] },
  },
  { alert: "GrafanaFailing", when: "100 of 1000 requests fail", series: requests(890, 100), fires: { 60: [] } },
  {
    alert: "Watchdog",
    when: "a target is up",
    series: metrics(HUB, { up: "1x60" }),
    fires: {
      0: [{ severity: Severity.NONE, labels: {}, annotations: { summary: "Alert delivery works" } }],
      60: [{ severity: Severity.NONE, labels: {} }],
    },
  },
  {
    alert: "Watchdog",
    when: "there are no samples",
    series: metrics(HUB, { up: "_x60" }),
    fires: { 60: [{ severity: Severity.NONE, labels: {} }] },
  },
];
