/** What log agents count their requests to Loki by, with the label `status_code` (-1: no answer). A server has one of them. */
export const AGENT_REQUESTS: readonly string[] = [
  "loki_write_request_duration_seconds_count",
  "promtail_request_duration_seconds_count",
];

/** What they count lines by that they gave up to send. */
export const AGENT_DROPS: readonly string[] = ["loki_write_dropped_entries_total", "promtail_dropped_entries_total"];

/** Lines of files whose form or time was not that of their source: a counter of our own pipelines, in either program. */
export const UNPARSED_LINES = { prefix: "log_agent_", name: "unparsed_lines_total" };

/** Of the metrics of Alloy and Promtail, those about what they send, as soon as they send: a server has those of one. */
export const AGENT_METRICS: readonly string[] = [
  ...AGENT_REQUESTS,
  ...AGENT_DROPS,
  ...["loki_write", "promtail"].flatMap((program) =>
    ["batch_retries_total", "sent_entries_total"].map((metric) => `${program}_${metric}`),
  ),
  UNPARSED_LINES.prefix + UNPARSED_LINES.name,
];
