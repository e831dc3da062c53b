import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours } from "../builders/colours";
import { RED_ABOVE_ZERO } from "../builders/thresholds";
import { stat } from "../builders/panels";
import { RATE_INTERVAL, orZero } from "../expressions";

const ACCEPTED = {
  0: { text: "rejected", color: Colours.CRITICAL },
  1: { text: "accepted", color: Colours.GOOD },
} as const;

/** Builds the first row, which shows whether the monitoring works. */
export function overviewPanels(alertmanager: boolean): Builder<Panel>[] {
  // The row has six panels, and two more with Alertmanager.
  const width = alertmanager ? 3 : 4;
  const count = { unit: units.Short, width };
  return [
    stat({
      ...count,
      title: "Targets down",
      description: "How many scrape targets do not answer?",
      queries: [{ expr: orZero("count(up == 0)"), legend: "down" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Prometheus configuration",
      description: "Did Prometheus accept its configuration and rules? If not, it keeps using the previous ones.",
      queries: [{ expr: "min(prometheus_config_last_reload_successful)", legend: "configuration" }],
      mappings: ACCEPTED,
    }),
    stat({
      ...count,
      title: "Rule failures",
      description: "How many rule evaluations failed in the last hour? Alerts of failing rules do not fire.",
      queries: [
        { expr: orZero("round(sum(increase(prometheus_rule_evaluation_failures_total[1h])))"), legend: "failed" },
      ],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Active series",
      description: "How many time series get samples now? Memory usage grows with them.",
      queries: [{ expr: "sum(prometheus_tsdb_head_series)", legend: "series" }],
    }),
    stat({
      ...count,
      title: "Samples per second",
      description: "How many samples per second does Prometheus store?",
      queries: [{ expr: `sum(rate(prometheus_tsdb_head_samples_appended_total${RATE_INTERVAL}))`, legend: "samples" }],
    }),
    stat({
      title: "Storage",
      description: "How much disk space do blocks and the write-ahead log use?",
      unit: units.BytesIEC,
      width,
      queries: [
        {
          expr: "sum(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes)",
          legend: "used",
        },
      ],
    }),
    ...(alertmanager ? deliveryPanels(width) : []),
  ];
}

function deliveryPanels(width: number): Builder<Panel>[] {
  return [
    stat({
      title: "Alertmanager configuration",
      description: "Did every Alertmanager accept its configuration?",
      unit: units.Short,
      width,
      queries: [{ expr: "min(alertmanager_config_last_reload_successful)", legend: "configuration" }],
      mappings: ACCEPTED,
    }),
    stat({
      title: "Failed notifications",
      description: "How many notifications failed in the last hour? Alertmanager's journal shows the reason.",
      unit: units.Short,
      width,
      queries: [
        { expr: orZero("round(sum(increase(alertmanager_notifications_failed_total[1h])))"), legend: "failed" },
      ],
      thresholds: RED_ABOVE_ZERO,
    }),
  ];
}
