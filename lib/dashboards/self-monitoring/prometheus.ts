import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours } from "../builders/colours";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { byAlertmanager, FEW_ALERTS } from "./expressions";
import { processPanels } from "./process";
import { failedEvaluations, ruleGroupDuration } from "./rule-graphs";

/** Builds the panels of Prometheus: ingestion, storage, rules and its process. */
export function prometheusPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...storagePanels(), ...rulePanels(alerts), ...processPanels("prometheus", "Prometheus")];
}

function storagePanels(): Builder<Panel>[] {
  return [
    graph({
      title: "Active series",
      description:
        "How many time series get samples, and do they come and go? Labels whose values change often cost most.",
      unit: units.Short,
      width: 8,
      queries: [{ expr: "prometheus_tsdb_head_series", legend: "{{instance}}" }],
    }),
    graph({
      title: "Ingested samples",
      description: "How many samples per second does Prometheus store, as values and as histograms?",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [
        { expr: `rate(prometheus_tsdb_head_samples_appended_total${RATE_INTERVAL})`, legend: "{{instance}} {{type}}" },
      ],
    }),
    graph({
      title: "Storage",
      description: "How much disk space do samples use, and how much of it is the write-ahead log (WAL)?",
      unit: units.BytesIEC,
      width: 8,
      queries: [
        { expr: "prometheus_tsdb_storage_blocks_bytes", legend: "{{instance}} blocks" },
        // Loki's ruler has a write-ahead log with the same metric.
        { expr: 'prometheus_tsdb_wal_storage_size_bytes{job="prometheus"}', legend: "{{instance}} WAL" },
        { expr: "prometheus_tsdb_head_chunks_storage_size_bytes", legend: "{{instance}} head chunks" },
      ],
      stacked: true,
    }),
  ];
}

function rulePanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const rules = { prefix: "prometheus" };
  return [
    ruleGroupDuration(rules, thresholdsOf(alerts, "PrometheusRulesSlow", "duration")),
    failedEvaluations(rules),
    graph({
      title: "Query load",
      description:
        "How many queries run or wait, relative to the number that can run at once? Queries of rules are included. Above 100 %, queries wait.",
      unit: units.Percent,
      width: 8,
      queries: [
        {
          expr: "100 * avg_over_time(prometheus_engine_queries[5m]) / prometheus_engine_queries_concurrent_max",
          legend: "{{instance}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "PrometheusQueryLoadHigh", "load"),
    }),
  ];
}

/** Builds the panels of the alerts that Prometheus sends to Alertmanager. */
export function notificationPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const rate = (counter: string) => byAlertmanager(`rate(prometheus_notifications_${counter}_total${RATE_INTERVAL})`);
  return [
    graph({
      title: "Alerts sent",
      description: "Do alerts reach Alertmanager? A firing alert is sent again about every minute.",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [
        { expr: rate("sent"), legend: "{{host}} sent" },
        { expr: rate("errors"), legend: "{{host}} failed" },
      ],
      softMax: FEW_ALERTS,
      colours: { "/ failed$/": Colours.CRITICAL },
    }),
    graph({
      title: "Notification queue",
      description: "Do alerts wait in Prometheus? Alerts that do not fit into the queue are dropped.",
      unit: units.Percent,
      width: 8,
      queries: [
        {
          expr: byAlertmanager(
            "100 * prometheus_notifications_queue_length / on (instance) group_left () prometheus_notifications_queue_capacity",
          ),
          legend: "{{host}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "PrometheusNotificationsQueued", "queue"),
    }),
    graph({
      title: "Discovered Alertmanagers",
      description: "How many Alertmanagers does Prometheus know? Without one, nobody is notified.",
      unit: units.Short,
      decimals: 0,
      width: 8,
      queries: [{ expr: "prometheus_notifications_alertmanagers_discovered", legend: "{{instance}}" }],
    }),
  ];
}
