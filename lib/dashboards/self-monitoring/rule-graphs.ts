import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { EVALUATIONS } from "../builders/colours";
import { graph } from "../builders/panels";
import { PanelThreshold } from "../builders/thresholds";
import { RATE_INTERVAL } from "../expressions";
import { TOP } from "./scrape-targets";

/** Properties of the graphs of evaluated rules. Each graph has a third of the width. */
export interface RuleGraphOptions {
  /** Prefix of the metrics: `prometheus` or, for the rules that Loki evaluates, `loki_prometheus`. */
  readonly prefix: string;
  /** Text of a graph without series. @default "No data" */
  readonly noValue?: string;
}

/** Builds a graph of the duration of the slowest rule groups, as a percentage of their interval. */
export function ruleGroupDuration(
  { prefix, noValue }: RuleGraphOptions,
  thresholds: readonly PanelThreshold[] = [],
): Builder<Panel> {
  const share = `100 * ${prefix}_rule_group_last_duration_seconds / ${prefix}_rule_group_interval_seconds`;
  return graph({
    title: "Rule group duration",
    description:
      "How much of its interval does the evaluation of a rule group take? At 100 %, evaluations are skipped.",
    unit: units.Percent,
    width: 8,
    sortBy: "Max",
    noValue,
    queries: [{ expr: `topk(${TOP}, ${byRuleGroup(share)})`, legend: "{{group}}" }],
    thresholds,
  });
}

/** Builds a graph of the evaluations of rules that failed or were skipped. */
export function failedEvaluations({ prefix, noValue }: RuleGraphOptions): Builder<Panel> {
  const increase = (counter: string) => `sum by (instance) (increase(${prefix}_${counter}_total${RATE_INTERVAL}))`;
  return graph({
    title: "Failed and missed evaluations",
    description: "Do rules fail, or are evaluations skipped? Then alerts are missing or late.",
    unit: units.Short,
    decimals: 0,
    width: 8,
    bars: true,
    stacked: true,
    noValue,
    colours: EVALUATIONS,
    queries: [
      { expr: increase("rule_evaluation_failures"), legend: "{{instance}} failed" },
      { expr: increase("rule_group_iterations_missed"), legend: "{{instance}} missed" },
    ],
  });
}

/**
 * Returns the highest value of each rule group, by the label `group`. The label `rule_group` of Prometheus and Loki is
 * the path of the rule file, a semicolon and the name of the group.
 */
function byRuleGroup(expr: string): string {
  return `max by (group) (label_replace(${expr}, "group", "$1", "rule_group", ".*;(.*)"))`;
}
