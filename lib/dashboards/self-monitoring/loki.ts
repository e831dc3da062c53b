import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours } from "../builders/colours";
import { graph } from "../builders/panels";
import { PanelThreshold, thresholdsOf } from "../builders/thresholds";
import { RATE_INTERVAL } from "../expressions";
import { countGraph } from "./count-graph";
import { byAlertmanager, FEW_ALERTS } from "./expressions";
import { processPanels } from "./process";
import { requestGraph } from "./request-graph";
import { failedEvaluations, ruleGroupDuration } from "./rule-graphs";

/** Seconds of an hour. */
const HOUR = 3600;
const PUSH = 'route="loki_api_v1_push"';
const QUERIES = 'route=~"loki_api_v1_query(_range)?"';

/** Builds the panels of Loki's ingestion and storage, and of its process. */
export function lokiPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...ingestionPanels(), ...chunkPanels(), ...storagePanels(alerts), ...processPanels("loki", "Loki")];
}

/** Builds the panels of requests to Loki and of the rules that Loki evaluates. */
export function lokiRequestPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...requestPanels(alerts), ...rulePanels()];
}

function ingestionPanels(): Builder<Panel>[] {
  const rate = (metric: string) =>
    `sum by (instance) (rate(loki_distributor_${metric}_received_total${RATE_INTERVAL}))`;
  return [
    graph({
      title: "Received lines",
      description: "How many lines per second does Loki receive?",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [{ expr: rate("lines"), legend: "{{instance}}" }],
    }),
    graph({
      title: "Received bytes",
      description: "How many bytes per second does Loki receive, without compression?",
      unit: units.BytesPerSecondIEC,
      width: 8,
      queries: [{ expr: rate("bytes"), legend: "{{instance}}" }],
    }),
    countGraph({
      title: "Rejected lines",
      description: "How many lines does Loki reject, and for which reason? Agents retry lines above a rate limit.",
      width: 8,
      shades: Colours.CRITICAL,
      noValue: "No rejected lines",
      queries: [
        {
          expr: `sum by (instance, reason) (increase(loki_discarded_samples_total${RATE_INTERVAL}))`,
          legend: "{{instance}} {{reason}}",
        },
      ],
    }),
  ];
}

function chunkPanels(): Builder<Panel>[] {
  const each = (metric: string) => `sum by (instance) (loki_ingester_${metric})`;
  return [
    graph({
      title: "Active streams",
      description: "How many streams, that is, different sets of labels, received lines lately?",
      unit: units.Short,
      width: 8,
      queries: [{ expr: each("memory_streams"), legend: "{{instance}}" }],
    }),
    graph({
      title: "Chunks in memory",
      description: "How many chunks does Loki fill, and do full ones wait for the storage?",
      unit: units.Short,
      width: 8,
      queries: [
        { expr: each("memory_chunks"), legend: "{{instance}} in memory" },
        { expr: each("flush_queue_length"), legend: "{{instance}} waiting" },
      ],
    }),
    graph({
      title: "Flushed chunks",
      description: "How many chunks does Loki write to its storage, and do writes fail?",
      unit: units.Short,
      decimals: 0,
      width: 8,
      bars: true,
      colours: { "/ failed$/": Colours.CRITICAL },
      noValue: "No flushed chunks",
      queries: [
        {
          expr: `sum by (instance) (increase(loki_ingester_chunks_flushed_total${RATE_INTERVAL}))`,
          legend: "{{instance}} flushed",
        },
        {
          expr: `sum by (instance) (increase(loki_ingester_chunks_flush_failures_total${RATE_INTERVAL}))`,
          legend: "{{instance}} failed",
        },
      ],
    }),
  ];
}

function storagePanels(alerts: readonly Alert[]): Builder<Panel>[] {
  // The timestamp of a success is 0 until the first one.
  const since = (success: string) => [{ expr: `time() - max by (instance) (${success} > 0)`, legend: "{{instance}}" }];
  return [
    graph({
      title: "Disk used",
      description: "How full is the disk with Loki's data? Above 90 %, Loki rejects all lines.",
      unit: units.Percent,
      width: 8,
      max: 100,
      queries: [{ expr: "100 * max by (instance) (loki_ingester_wal_disk_usage_percent)", legend: "{{instance}}" }],
      thresholds: thresholdsOf(alerts, "LokiDiskFilling", "warning", "critical"),
    }),
    graph({
      title: "Time since compaction",
      description: "When did Loki last merge its index? Queries of an index that is not merged are slow.",
      unit: units.Seconds,
      softMax: HOUR,
      width: 8,
      noValue: "No compaction yet",
      queries: since("loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds"),
      thresholds: inSeconds(thresholdsOf(alerts, "LokiCompactionFailing", "age")),
    }),
    graph({
      title: "Time since retention",
      description: "When did Loki last look for lines that are older than the retention?",
      unit: units.Seconds,
      softMax: HOUR,
      width: 8,
      noValue: "No retention run yet",
      queries: since("loki_compactor_apply_retention_last_successful_run_timestamp_seconds"),
      thresholds: inSeconds(thresholdsOf(alerts, "LokiRetentionFailing", "age")),
    }),
  ];
}

/** Converts thresholds in hours to seconds. */
function inSeconds(thresholds: readonly PanelThreshold[]): PanelThreshold[] {
  return thresholds.map(({ value, severity }) => ({ value: value * HOUR, severity }));
}

function requestPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const REQUESTS = "loki_request_duration_seconds";
  const rate = (matchers: string) => `sum by (instance) (rate(${REQUESTS}_count{${matchers}}${RATE_INTERVAL}))`;
  const failing = (route: string) =>
    `100 * (${rate(`${route},status_code=~"5.."`)} or 0 * ${rate(route)}) / (${rate(route)} > 0)`;
  // Without requests, the quantile is not a number. The comparison removes it.
  const quantile = (share: number, route: string) =>
    `histogram_quantile(${share}, sum by (le) (rate(${REQUESTS}_bucket{${route}}${RATE_INTERVAL}))) >= 0`;
  return [
    requestGraph({
      description: "How many requests does Loki answer, and with which status?",
      rate: `rate(${REQUESTS}_count{route=~"loki_api_v1_.+",status_code=~"[1-5].."}${RATE_INTERVAL})`,
      width: 8,
    }),
    graph({
      title: "Failed requests",
      description: "What percentage of the requests with lines, and of the queries, is answered with 5xx?",
      unit: units.Percent,
      width: 8,
      noValue: "No requests",
      queries: [
        { expr: failing(PUSH), legend: "{{instance}} lines" },
        { expr: failing(QUERIES), legend: "{{instance}} queries" },
      ],
      thresholds: thresholdsOf(alerts, "LokiIngestionFailing", "failed"),
    }),
    graph({
      title: "Request duration",
      description: "How long do queries and the storage of lines take?",
      unit: units.Seconds,
      width: 8,
      noValue: "No requests",
      queries: [
        { expr: quantile(0.99, QUERIES), legend: "queries, 99 % below" },
        { expr: quantile(0.5, QUERIES), legend: "queries, 50 % below" },
        { expr: quantile(0.99, PUSH), legend: "lines, 99 % below" },
      ],
      thresholds: thresholdsOf(alerts, "LokiRequestsSlow", "query"),
    }),
  ];
}

function rulePanels(): Builder<Panel>[] {
  const rules = { prefix: "loki_prometheus", noValue: "No rules" };
  const sent = (counter: string) =>
    byAlertmanager(`rate(loki_prometheus_notifications_${counter}_total${RATE_INTERVAL})`);
  return [
    ruleGroupDuration(rules),
    failedEvaluations(rules),
    graph({
      title: "Alerts sent",
      description: "Do alerts that are based on logs reach Alertmanager?",
      unit: units.CountsPerSecond,
      width: 8,
      noValue: "No alerts sent",
      softMax: FEW_ALERTS,
      colours: { "/ failed$/": Colours.CRITICAL },
      queries: [
        { expr: sent("sent"), legend: "{{host}} sent" },
        { expr: sent("errors"), legend: "{{host}} failed" },
      ],
    }),
  ];
}
