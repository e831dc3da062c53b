/** What log agents count their requests to Loki by, with the label `status_code` (-1: no answer). A server has one of them. */
export const AGENT_REQUESTS: readonly string[] = [
  "loki_write_request_duration_seconds_count",
  "promtail_request_duration_seconds_count",
];

/** Of the metrics of Alloy and Promtail, those about what they send, as soon as they send: a server has those of one. */
export const AGENT_METRICS: readonly string[] = [
  ...AGENT_REQUESTS,
  ...["loki_write", "promtail"].flatMap((program) =>
    ["batch_retries_total", "dropped_entries_total", "sent_entries_total"].map((metric) => `${program}_${metric}`),
  ),
];
