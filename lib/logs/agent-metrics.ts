/** Counters of requests to Loki, of Alloy and of Promtail. The label `status_code` is -1 if Loki did not respond. */
export const AGENT_REQUESTS = ofBoth("request_duration_seconds_count");

/** Counters of lines that the agent dropped, of Alloy and of Promtail. */
export const AGENT_DROPS = ofBoth("dropped_entries_total");

/** Counters of requests that the agent repeated, of Alloy and of Promtail. */
export const AGENT_RETRIES = ofBoth("batch_retries_total");

/** Counters of lines that Loki accepted, of Alloy and of Promtail. */
export const AGENT_LINES = ofBoth("sent_entries_total");

/** Counters of compressed bytes that Loki accepted, of Alloy and of Promtail. */
export const AGENT_BYTES = ofBoth("sent_bytes_total");

/** Counters of lines that the agent read from files and from the journal, of Alloy and of Promtail. */
export const AGENT_READ_LINES: readonly string[] = [
  "loki_source_file_read_lines_total",
  "loki_source_journal_target_lines_total",
  "promtail_read_lines_total",
  "promtail_journal_target_lines_total",
];

/** Numbers of files that the agent reads, of Alloy and of Promtail. */
export const AGENT_FILES = ofBothReaders("files_active_total");

/** Sizes of the files that the agent reads, in bytes, of Alloy and of Promtail. */
export const AGENT_FILE_SIZES = ofBothReaders("file_bytes_total");

/** Positions up to which the agent has read its files, in bytes, of Alloy and of Promtail. */
export const AGENT_POSITIONS = ofBothReaders("read_bytes_total");

/** Counter that the pipeline defines: file lines that do not have the format or timestamp of their log source. */
export const UNPARSED_LINES = { prefix: "log_agent_", name: "unparsed_lines_total" };

/** Metrics about Alloy's components. Promtail has none. */
export const ALLOY_COMPONENTS = {
  /** Number of components by `health_type`. */
  byHealth: "alloy_component_controller_running_components",
  /** Counter of the seconds that evaluations took longer than a minute. */
  slowEvaluations: "alloy_component_evaluation_slow_seconds",
} as const;

/**
 * Metrics about read and sent lines, of Alloy and of Promtail. An agent emits its metrics as soon as it reads and sends
 * lines.
 */
export const AGENT_METRICS: readonly string[] = [
  ...AGENT_REQUESTS,
  ...AGENT_DROPS,
  ...AGENT_RETRIES,
  ...AGENT_LINES,
  ...AGENT_BYTES,
  ...AGENT_READ_LINES,
  ...AGENT_FILES,
  ...AGENT_FILE_SIZES,
  ...AGENT_POSITIONS,
  ...Object.values(ALLOY_COMPONENTS),
  UNPARSED_LINES.prefix + UNPARSED_LINES.name,
];

/** Returns the names of a metric about the requests to Loki, of Alloy and of Promtail. */
function ofBoth(metric: string): readonly string[] {
  return [`loki_write_${metric}`, `promtail_${metric}`];
}

/** Returns the names of a metric about the files that are read, of Alloy and of Promtail. */
function ofBothReaders(metric: string): readonly string[] {
  return [`loki_source_file_${metric}`, `promtail_${metric}`];
}
