import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours, RED_ABOVE_ZERO } from "../builders/thresholds";
import { stat } from "../builders/panels";
import { RATE_INTERVAL, orZero } from "../expressions";

const ACCEPTED = {
  0: { text: "refused", color: Colours.CRITICAL },
  1: { text: "accepted", color: Colours.GOOD },
} as const;

/** Whether the monitoring works, at a glance. */
export function overviewPanels(alertmanager: boolean): Builder<Panel>[] {
  // Six for a monitoring without Alertmanager, eight for one with it.
  const width = alertmanager ? 3 : 4;
  const count = { unit: units.Short, width };
  return [
    stat({
      ...count,
      title: "Targets down",
      description: "How many targets of all jobs do not answer?",
      queries: [{ expr: orZero("count(up == 0)"), legend: "down" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Configuration",
      description: "Has Prometheus accepted its configuration and rules? If not, it goes on with the former ones.",
      queries: [{ expr: "min(prometheus_config_last_reload_successful)", legend: "configuration" }],
      mappings: ACCEPTED,
    }),
    stat({
      ...count,
      title: "Rule failures",
      description: "How many evaluations of rules failed in an hour? Alerts of such rules do not fire.",
      queries: [
        { expr: orZero("round(sum(increase(prometheus_rule_evaluation_failures_total[1h])))"), legend: "failed" },
      ],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Series",
      description: "How many series are written to at present? Memory grows with them.",
      queries: [{ expr: "sum(prometheus_tsdb_head_series)", legend: "series" }],
    }),
    stat({
      ...count,
      title: "Samples per second",
      description: "How much is taken in?",
      queries: [{ expr: `sum(rate(prometheus_tsdb_head_samples_appended_total${RATE_INTERVAL}))`, legend: "samples" }],
    }),
    stat({
      title: "Kept on disk",
      description: "How much disk do the samples take, blocks and write-ahead log together?",
      unit: units.BytesIEC,
      width,
      queries: [
        {
          expr: "sum(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes)",
          legend: "kept",
        },
      ],
    }),
    ...(alertmanager ? deliveries(width) : []),
  ];
}

function deliveries(width: number): Builder<Panel>[] {
  return [
    stat({
      title: "Alertmanager",
      description: "Have all Alertmanagers accepted their configuration?",
      unit: units.Short,
      width,
      queries: [{ expr: "min(alertmanager_config_last_reload_successful)", legend: "configuration" }],
      mappings: ACCEPTED,
    }),
    stat({
      title: "Not delivered",
      description: "How many messages could not be delivered in an hour? Alertmanager's journal says why.",
      unit: units.Short,
      width,
      queries: [
        { expr: orZero("round(sum(increase(alertmanager_notifications_failed_total[1h])))"), legend: "not delivered" },
      ],
      thresholds: RED_ABOVE_ZERO,
    }),
  ];
}
