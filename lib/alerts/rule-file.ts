import { stringify } from "yaml";
import { AlertRule, RecordingRule, RuleGroup } from "./rule";

/**
 * Returns a rule file for Prometheus or Loki, which share the format
 * (prometheus.io/docs/prometheus/latest/configuration/alerting_rules).
 */
export function ruleFile(groups: readonly RuleGroup[]): string {
  const document = {
    groups: groups.map(({ name, interval, recordings, alerts }) => ({
      name,
      ...(interval === undefined ? {} : { interval }),
      rules: [...recordings.map(recording), ...alerts.map(alert)],
    })),
  };
  return `# Written by cdktf-monitoring: the next deploy overwrites what is changed here.\n${stringify(document, { lineWidth: 0 })}`;
}

function recording({ record, expr, labels }: RecordingRule): object {
  return { record, expr, ...(labels === undefined ? {} : { labels }) };
}

function alert({ name, expr, for: duration, severity, labels, annotations }: AlertRule): object {
  return {
    alert: name,
    expr,
    ...(duration === undefined ? {} : { for: duration }),
    labels: { ...labels, severity },
    annotations,
  };
}
