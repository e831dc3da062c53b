/** Counters of requests to Loki, of Alloy and of Promtail. The label `status_code` is -1 if Loki did not respond. */
export const AGENT_REQUESTS: readonly string[] = [
  "loki_write_request_duration_seconds_count",
  "promtail_request_duration_seconds_count",
];

/** Counters of lines that the agent dropped, of Alloy and of Promtail. */
export const AGENT_DROPS: readonly string[] = ["loki_write_dropped_entries_total", "promtail_dropped_entries_total"];

/** Counter that the pipeline defines: file lines that do not have the format or timestamp of their log source. */
export const UNPARSED_LINES = { prefix: "log_agent_", name: "unparsed_lines_total" };

/** Metrics about sent lines, of Alloy and of Promtail. An agent emits its metrics as soon as it sends lines. */
export const AGENT_METRICS: readonly string[] = [
  ...AGENT_REQUESTS,
  ...AGENT_DROPS,
  ...["loki_write", "promtail"].flatMap((program) =>
    ["batch_retries_total", "sent_entries_total"].map((metric) => `${program}_${metric}`),
  ),
  UNPARSED_LINES.prefix + UNPARSED_LINES.name,
];
