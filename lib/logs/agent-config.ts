import { BUILT_IN_SOURCES } from "./built-in-sources";
import { RelabelRule, journalRules } from "./journal-rules";
import { LogSource } from "./log-source";
import { filePipeline, journalPipeline } from "./pipelines";
import { Stage } from "./stages";

/** Configuration of a server's log agent, independent of the program. */
export interface AgentConfig {
  /** Labels of all lines. */
  readonly labels: Readonly<Record<string, string>>;
  /** Pipeline for lines of files. */
  readonly files: readonly Stage[];
  /** Rules that select and label entries of the journal. */
  readonly journalRules: readonly RelabelRule[];
  /** Pipeline for entries of the journal. */
  readonly journal: readonly Stage[];
  /** Files with which the agent connects to Loki. @default - the connection is not encrypted */
  readonly certificate?: CertificateFiles;
}

/** Files of a component's certificate on its server. */
export interface CertificateFiles {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Settings of the log agent that are the same for both programs and on all servers. */
export const AGENT = {
  /** Drop-ins in the format of Prometheus' `file_sd`. */
  targets: "/etc/log_agent/targets/*.yml",
  /** Interval at which drop-ins are read again, in addition to file notifications. */
  refreshInterval: "30s",
  /** Interval at which patterns are matched against the existing files. */
  globInterval: "5s",
  /**
   * Interval at which files are read. When a file has been rotated, both programs read the old file to its end and
   * stop. They miss lines that are written to the old file after that. A longer interval makes such a loss less likely.
   */
  fileInterval: "2s",
  /** File in which Promtail stores its positions. Alloy continues from them. */
  positions: "/var/lib/monitoring/log_agent/positions.yml",
  /** Name of the journal in the file of positions. */
  journal: "journal",
  /** Age of the oldest journal entry that is read, at the first start and after a longer stop. */
  journalAge: "12h",
  /** Maximum length of a line, in KiB. Longer lines are cut, because Loki rejects them by default. */
  lineKibibytes: 256,
  /** Time for which lines are collected before they are sent together. */
  batchWait: "500ms",
  /**
   * Longest pause before a failed request is repeated. Requests are repeated without limit, and files are not read
   * meanwhile.
   */
  longestPause: "5s",
  /** Timeout of a request to Loki. */
  timeout: "10s",
  /** Environment variable from which Alloy reads Loki's URL. */
  url: "LOG_AGENT_LOKI_URL",
  /** Time after which a multi-line entry is complete if no line follows. */
  blockWait: "1s",
  /** Maximum number of lines in a multi-line entry. */
  blockLines: 500,
} as const;

/** Returns the configuration for a server's log sources and the built-in ones. */
export function agentConfig(
  labels: Readonly<Record<string, string>>,
  sources: readonly LogSource[],
  certificate?: CertificateFiles,
): AgentConfig {
  const all = [...BUILT_IN_SOURCES, ...sources];
  return {
    labels,
    files: filePipeline(all),
    journalRules: journalRules(all),
    journal: journalPipeline(all),
    certificate,
  };
}
