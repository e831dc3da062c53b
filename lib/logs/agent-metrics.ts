/** Counters of requests to Loki, with the label `status_code` (-1: no answer). A server has the one of its program. */
export const AGENT_REQUESTS: readonly string[] = [
  "loki_write_request_duration_seconds_count",
  "promtail_request_duration_seconds_count",
];

/** Counters of lines that an agent dropped. */
export const AGENT_DROPS: readonly string[] = ["loki_write_dropped_entries_total", "promtail_dropped_entries_total"];

/** Counter, in our pipelines of both programs, of lines of files without the format or timestamp of their source. */
export const UNPARSED_LINES = { prefix: "log_agent_", name: "unparsed_lines_total" };

/** Metrics about sent lines, of Alloy and of Promtail. A server has those of its program as soon as it sends. */
export const AGENT_METRICS: readonly string[] = [
  ...AGENT_REQUESTS,
  ...AGENT_DROPS,
  ...["loki_write", "promtail"].flatMap((program) =>
    ["batch_retries_total", "sent_entries_total"].map((metric) => `${program}_${metric}`),
  ),
  UNPARSED_LINES.prefix + UNPARSED_LINES.name,
];
