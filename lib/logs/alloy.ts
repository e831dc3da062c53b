import { AGENT, AgentConfig } from "./agent-config";
import { RelabelRule } from "./journal-rules";
import { Stage } from "./stages";

/** Renders Alloy's configuration. Loki's URL comes from the environment. */
export function alloyConfig({ labels, files, journalRules, journal, certificate }: AgentConfig): string {
  const { lineKibibytes: limit } = AGENT;
  const cut = block("stage.truncate", [block("rule", [set("limit", `${limit}KiB`)])]);
  const lines = [
    "// Written by cdktf-monitoring: the next deploy overwrites what is changed here.",
    block("logging", [set("level", "warn"), set("format", "logfmt")]),
    block('discovery.file "sources"', [set("files", [AGENT.targets]), set("refresh_interval", AGENT.refreshInterval)]),
    block('loki.source.file "files"', [
      "targets = discovery.file.sources.targets",
      "forward_to = [loki.process.files.receiver]",
      set("legacy_positions_file", AGENT.positions),
      block("file_watch", [
        set("min_poll_frequency", AGENT.fileInterval),
        set("max_poll_frequency", AGENT.fileInterval),
      ]),
      block("file_match", ["enabled = true", set("sync_period", AGENT.globInterval)]),
    ]),
    block('loki.process "files"', ["forward_to = [loki.write.loki.receiver]", ...files.map(stage), cut]),
    block('loki.relabel "journal"', ["forward_to = []", ...journalRules.map(rule)]),
    block('loki.source.journal "journal"', [
      "forward_to = [loki.process.journal.receiver]",
      "relabel_rules = loki.relabel.journal.rules",
      set("max_age", AGENT.journalAge),
      block("legacy_position", [set("file", AGENT.positions), set("name", AGENT.journal)]),
    ]),
    block('loki.process "journal"', ["forward_to = [loki.write.loki.receiver]", ...journal.map(stage), cut]),
    block('loki.write "loki"', [
      set("external_labels", labels),
      block("endpoint", [
        `url = sys.env(${value(AGENT.url)})`,
        set("batch_wait", AGENT.batchWait),
        set("remote_timeout", AGENT.timeout),
        set("min_backoff_period", "500ms"),
        set("max_backoff_period", AGENT.longestPause),
        "max_backoff_retries = 0",
        ...(certificate === undefined
          ? []
          : [
              block("tls_config", [
                set("ca_file", certificate.authority),
                set("cert_file", certificate.certificate),
                set("key_file", certificate.key),
                set("min_version", "TLS13"),
              ]),
            ]),
      ]),
    ]),
  ];
  return `${lines.join("\n\n")}\n`;
}

function rule({ sources, regex, target, replacement }: RelabelRule): string {
  return block("rule", [
    set("source_labels", sources),
    set("regex", regex),
    ...(target === undefined
      ? [set("action", "keep")]
      : [set("target_label", target), set("replacement", replacement ?? "")]),
  ]);
}

function stage(each: Stage): string {
  switch (each.type) {
    case "regex":
      return block("stage.regex", [set("expression", each.expression)]);
    case "json":
      return block("stage.json", [set("expressions", each.expressions)]);
    case "template":
      return block("stage.template", [set("source", each.source), set("template", each.template)]);
    case "timestamp": {
      const [format = "", ...others] = each.layouts;
      return block("stage.timestamp", [
        set("source", "time"),
        set("format", format),
        set("fallback_formats", others),
        set("location", "Local"),
        // A line that is read twice must get the same timestamp twice, because Loki then stores it once.
        set("action_on_duplicate_timestamp", "keep"),
      ]);
    }
    case "labels":
      return block("stage.labels", [set("values", identity(each.names))]);
    case "multiline":
      return block("stage.multiline", [
        set("firstline", each.firstLine),
        set("max_wait_time", AGENT.blockWait),
        `max_lines = ${AGENT.blockLines}`,
      ]);
    case "replace":
      return block("stage.replace", [set("expression", each.expression), set("replace", each.replacement)]);
    case "output":
      return block("stage.output", [set("source", each.source)]);
    case "count":
      return block("stage.metrics", [
        block("metric.counter", [
          set("name", each.name),
          set("description", each.description),
          set("prefix", each.prefix),
          set("source", each.source),
          set("max_idle_duration", "24h"),
          set("action", "inc"),
        ]),
      ]);
    case "label_drop":
      return block("stage.label_drop", [set("values", each.names)]);
    case "match":
      return block("stage.match", [set("selector", each.selector), ...each.stages.map(stage)]);
    case "drop":
      return block("stage.match", [
        set("selector", each.selector),
        set("action", "drop"),
        set("drop_counter_reason", each.reason),
      ]);
  }
}

function block(name: string, body: readonly string[]): string {
  const indented = body.join("\n").replace(/^/gm, "  ");
  return `${name} {\n${indented}\n}`;
}

type Settable = string | readonly string[] | Readonly<Record<string, string>>;

function set(name: string, setting: Settable): string {
  return `${name} = ${value(setting)}`;
}

/** Renders a value. Strings and lists are written as in JSON; objects have `=` instead of `:`. */
function value(setting: Settable): string {
  if (typeof setting === "string" || Array.isArray(setting)) return JSON.stringify(setting);
  const pairs = Object.entries(setting as Record<string, string>);
  return `{ ${pairs.map(([key, text]) => `${JSON.stringify(key)} = ${JSON.stringify(text)}`).join(", ")} }`;
}

function identity(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
