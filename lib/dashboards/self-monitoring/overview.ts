import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours } from "../builders/colours";
import { RED_ABOVE_ZERO } from "../builders/thresholds";
import { stat, STAT_ROW_HEIGHT } from "../builders/panels";
import { RATE_INTERVAL, orZero } from "../expressions";

const ACCEPTED = {
  0: { text: "rejected", color: Colours.CRITICAL },
  1: { text: "accepted", color: Colours.GOOD },
} as const;

/** Size of each panel: two rows of three. */
const PLACE = { width: 8, height: STAT_ROW_HEIGHT };

/**
 * Builds the first rows, which show whether the monitoring works.
 *
 * @param kinds kinds of the placed components
 */
export function overviewPanels(kinds: ReadonlySet<string>): Builder<Panel>[] {
  return [
    stat({
      title: "Targets down",
      description: "How many scrape targets do not answer?",
      unit: units.Short,
      ...PLACE,
      queries: [{ expr: orZero("count(up == 0)"), legend: "down" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      title: "Prometheus config",
      description: "Did Prometheus accept its configuration and rules? If not, it keeps using the previous ones.",
      unit: units.Short,
      ...PLACE,
      queries: [{ expr: "min(prometheus_config_last_reload_successful)", legend: "configuration" }],
      mappings: ACCEPTED,
    }),
    ruleFailures(kinds.has("loki")),
    stat({
      title: "Active series",
      description: "How many time series get samples now? Memory usage grows with them.",
      unit: units.Short,
      ...PLACE,
      queries: [{ expr: "sum(prometheus_tsdb_head_series)", legend: "series" }],
    }),
    ...(kinds.has("alertmanager") ? deliveryPanels() : volumePanels()),
  ];
}

/** Rules of Prometheus, and of Loki if it is placed. */
function ruleFailures(loki: boolean): Builder<Panel> {
  const failed = (counter: string) => `(sum(increase(${counter}[1h])) or vector(0))`;
  const counters = [
    "prometheus_rule_evaluation_failures_total",
    ...(loki ? ["loki_prometheus_rule_evaluation_failures_total"] : []),
  ];
  return stat({
    title: "Rule failures",
    description: "How many rule evaluations failed in the last hour? Alerts of failing rules do not fire.",
    unit: units.Short,
    ...PLACE,
    queries: [{ expr: `round(${counters.map(failed).join(" + ")})`, legend: "failed" }],
    thresholds: RED_ABOVE_ZERO,
  });
}

function volumePanels(): Builder<Panel>[] {
  return [
    stat({
      title: "Samples per second",
      description: "How many samples per second does Prometheus store?",
      unit: units.Short,
      ...PLACE,
      queries: [{ expr: `sum(rate(prometheus_tsdb_head_samples_appended_total${RATE_INTERVAL}))`, legend: "samples" }],
    }),
    stat({
      title: "Storage",
      description: "How much disk space do blocks and the write-ahead log use?",
      unit: units.BytesIEC,
      ...PLACE,
      queries: [
        {
          expr: "sum(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes)",
          legend: "used",
        },
      ],
    }),
  ];
}

function deliveryPanels(): Builder<Panel>[] {
  return [
    stat({
      title: "Alertmanager config",
      description: "Did every Alertmanager accept its configuration?",
      unit: units.Short,
      ...PLACE,
      queries: [{ expr: "min(alertmanager_config_last_reload_successful)", legend: "configuration" }],
      mappings: ACCEPTED,
    }),
    stat({
      title: "Failed notifications",
      description: "How many notifications failed in the last hour? Alertmanager's journal shows the reason.",
      unit: units.Short,
      ...PLACE,
      queries: [
        { expr: orZero("round(sum(increase(alertmanager_notifications_failed_total[1h])))"), legend: "failed" },
      ],
      thresholds: RED_ABOVE_ZERO,
    }),
  ];
}
