import { stringify } from "yaml";
import { AGENT, AgentConfig } from "./agent-config";
import { RelabelRule } from "./journal-rules";
import { Stage } from "./stages";

/**
 * Renders Promtail's configuration, without Loki's URL, which the flag `-client.url` sets. To read the URL from the
 * environment, Promtail would need `-config.expand-env`, which removes backslashes.
 */
export function promtailConfig({ labels, files, journalRules, journal, certificate }: AgentConfig): string {
  const config = {
    global: { file_watch_config: { min_poll_frequency: AGENT.fileInterval, max_poll_frequency: AGENT.fileInterval } },
    server: { log_level: "warn", grpc_listen_address: "127.0.0.1", grpc_listen_port: 0 },
    positions: { filename: AGENT.positions, ignore_invalid_yaml: true },
    client: {
      batchwait: AGENT.batchWait,
      timeout: AGENT.timeout,
      backoff_config: { min_period: "500ms", max_period: AGENT.longestPause, max_retries: 0 },
      external_labels: labels,
      ...(certificate === undefined
        ? {}
        : {
            tls_config: {
              ca_file: certificate.authority,
              cert_file: certificate.certificate,
              key_file: certificate.key,
              min_version: "TLS13",
            },
          }),
    },
    limits_config: { max_line_size: `${AGENT.lineKibibytes}KB`, max_line_size_truncate: true },
    target_config: { sync_period: AGENT.globInterval },
    scrape_configs: [
      {
        job_name: "files",
        file_sd_configs: [{ files: [AGENT.targets], refresh_interval: AGENT.refreshInterval }],
        pipeline_stages: files.map(stage),
      },
      {
        job_name: AGENT.journal,
        journal: { max_age: AGENT.journalAge },
        relabel_configs: journalRules.map(rule),
        pipeline_stages: journal.map(stage),
      },
    ],
  };
  return `# Written by cdktf-monitoring: the next deploy overwrites what is changed here.\n${stringify(config, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function rule({ sources, regex, target, replacement }: RelabelRule): object {
  return {
    source_labels: sources,
    regex,
    ...(target === undefined ? { action: "keep" } : { target_label: target, replacement }),
  };
}

function stage(each: Stage): object {
  switch (each.type) {
    case "regex":
      return { regex: { expression: each.expression } };
    case "json":
      return { json: { expressions: each.expressions } };
    case "template":
      return { template: { source: each.source, template: each.template } };
    case "timestamp": {
      const [format, ...others] = each.layouts;
      return { timestamp: { source: "time", format, fallback_formats: others, location: "Local" } };
    }
    case "labels":
      return { labels: identity(each.names) };
    case "multiline":
      return {
        multiline: { firstline: each.firstLine, max_wait_time: AGENT.blockWait, max_lines: AGENT.blockLines },
      };
    case "replace":
      return { replace: { expression: each.expression, replace: each.replacement } };
    case "output":
      return { output: { source: each.source } };
    case "count":
      return {
        metrics: {
          [each.name]: {
            type: "Counter",
            description: each.description,
            prefix: each.prefix,
            source: each.source,
            max_idle_duration: "24h",
            config: { action: "inc" },
          },
        },
      };
    case "label_drop":
      return { labeldrop: each.names };
    case "match":
      return { match: { selector: each.selector, stages: each.stages.map(stage) } };
    case "drop":
      return { match: { selector: each.selector, action: "drop", drop_counter_reason: each.reason } };
  }
}

function identity(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
