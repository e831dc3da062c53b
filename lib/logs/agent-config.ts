import { BUILT_IN_SOURCES } from "./built-in-sources";
import { RelabelRule, journalRules } from "./journal-rules";
import { LogSource } from "./log-source";
import { filePipeline, journalPipeline } from "./pipelines";
import { Stage } from "./stages";

/** What a server's log agent is to do, whichever program it is. */
export interface AgentConfig {
  /** The labels of all lines. */
  readonly labels: Readonly<Record<string, string>>;
  /** What is done with the lines of files. */
  readonly files: readonly Stage[];
  /** Which entries of the journal are sent, and with which labels. */
  readonly journalRules: readonly RelabelRule[];
  /** What is done with them. */
  readonly journal: readonly Stage[];
}

/** What of an agent's configuration is the same in both programs and on all servers. */
export const AGENT = {
  /** Where drop-ins are, in the format of Prometheus' `file_sd`. */
  targets: "/etc/log_agent/targets/*.yml",
  /** How often the drop-ins are looked at, beside being watched. */
  refreshInterval: "30s",
  /** How often patterns are compared with what files there are. */
  globInterval: "5s",
  /**
   * How often files are looked at. At a rotation both programs read the old file to its end as soon as they see the new
   * one, and no further: what is written to the old one after that, while its program has not opened the new one yet, they
   * miss. The less often they look, the less likely that is.
   */
  fileInterval: "2s",
  /** Where Promtail notes how far it has read; Alloy goes on from there. */
  positions: "/var/lib/monitoring/log_agent/positions.yml",
  /** What the journal's reader is called in the positions. */
  journal: "journal",
  /** How much of the journal is read at the first start, and at most caught up with. */
  journalAge: "12h",
  /** Longer lines are cut. Loki takes no longer ones by default. */
  lineKibibytes: 256,
  /** How long lines are collected to be sent together. */
  batchWait: "500ms",
  /** After how long, at most, sending is tried again; it is never given up, and files are read no further meanwhile. */
  longestPause: "5s",
  /** How long a request may take. */
  timeout: "10s",
  /** The variable of the environment by which Alloy is told the address to send to. */
  url: "LOG_AGENT_LOKI_URL",
  /** After how long a block of lines that nothing follows is complete. */
  blockWait: "1s",
  /** After how many lines a block of lines is complete. */
  blockLines: 500,
} as const;

/** The configuration that follows from a server's log sources; the built-in ones are added. */
export function agentConfig(labels: Readonly<Record<string, string>>, sources: readonly LogSource[]): AgentConfig {
  const all = [...BUILT_IN_SOURCES, ...sources];
  return { labels, files: filePipeline(all), journalRules: journalRules(all), journal: journalPipeline(all) };
}
