import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { processPanels } from "./process";

/** Prometheus: what it takes in, keeps and evaluates. */
export function prometheusPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...storagePanels(), ...rulePanels(alerts), ...processPanels("prometheus", "Prometheus")];
}

function storagePanels(): Builder<Panel>[] {
  return [
    graph({
      title: "Series",
      description:
        "How many series are written to, and do they come and go? Labels that change all the time cost most.",
      unit: units.Short,
      width: 8,
      queries: [{ expr: "prometheus_tsdb_head_series", legend: "{{instance}}" }],
    }),
    graph({
      title: "Samples taken in",
      description: "How many samples are stored, of values and of histograms?",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [
        { expr: `rate(prometheus_tsdb_head_samples_appended_total${RATE_INTERVAL})`, legend: "{{instance}} {{type}}" },
      ],
    }),
    graph({
      title: "Disk",
      description: "How much disk do samples take, and how much of it is the write-ahead log?",
      unit: units.BytesIEC,
      width: 8,
      queries: [
        { expr: "prometheus_tsdb_storage_blocks_bytes", legend: "{{instance}} blocks" },
        { expr: "prometheus_tsdb_wal_storage_size_bytes", legend: "{{instance}} write-ahead log" },
        { expr: "prometheus_tsdb_head_chunks_storage_size_bytes", legend: "{{instance}} latest samples" },
      ],
      stacked: true,
    }),
  ];
}

function rulePanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Rule groups",
      description: "How much of the time between two evaluations does one take? At 100 some are left out.",
      unit: units.Percent,
      width: 8,
      queries: [
        {
          expr: `topk(10, 100 * prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds)`,
          legend: "{{rule_group}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "PrometheusRulesSlow", "duration"),
    }),
    graph({
      title: "Failed and missed evaluations",
      description: "Do rules fail, or are evaluations left out? Then alerts do not come, or come late.",
      unit: units.Short,
      width: 8,
      queries: [
        {
          expr: `sum by (instance) (increase(prometheus_rule_evaluation_failures_total${RATE_INTERVAL}))`,
          legend: "{{instance}} failed",
        },
        {
          expr: `sum by (instance) (increase(prometheus_rule_group_iterations_missed_total${RATE_INTERVAL}))`,
          legend: "{{instance}} missed",
        },
      ],
      bars: true,
    }),
    graph({
      title: "Queries",
      description: "How many queries are answered, those of rules and dashboards?",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [
        {
          expr: `sum by (instance) (rate(prometheus_engine_query_duration_seconds_count{slice="inner_eval"}${RATE_INTERVAL}))`,
          legend: "{{instance}}",
        },
      ],
    }),
  ];
}

/** The way of alerts from Prometheus to Alertmanager. */
export function notificationPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const rate = (counter: string) => `rate(prometheus_notifications_${counter}_total${RATE_INTERVAL})`;
  return [
    graph({
      title: "Alerts handed over",
      description: "Do alerts get to Alertmanager? While one fires it is handed over again every minute or so.",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [
        { expr: rate("sent"), legend: "to {{alertmanager}}" },
        { expr: rate("errors"), legend: "failed, to {{alertmanager}}" },
      ],
    }),
    graph({
      title: "Queue",
      description: "Do alerts wait in Prometheus? What does not fit in the queue is dropped.",
      unit: units.Percent,
      width: 8,
      queries: [
        {
          expr: "100 * prometheus_notifications_queue_length / on (instance) group_left () prometheus_notifications_queue_capacity",
          legend: "for {{alertmanager}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "PrometheusNotificationsQueued", "queue"),
      max: 100,
    }),
    graph({
      title: "Alertmanagers known",
      description: "How many Alertmanagers does Prometheus know? Without one, nobody is told.",
      unit: units.Short,
      width: 8,
      queries: [{ expr: "prometheus_notifications_alertmanagers_discovered", legend: "{{instance}}" }],
    }),
  ];
}
