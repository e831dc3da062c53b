import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours } from "../builders/colours";
import { graph, GRAPH_HEIGHT, UP_DOWN } from "../builders/panels";
import { serverColumn, table } from "../builders/tables";
import { countGraph } from "./count-graph";

/** Number of series that a graph of many targets shows: those with the highest values. */
export const TOP = 10;

/** Builds the panels of scrape targets: state, failures, duration and number of samples. */
export function scrapePanels(): Builder<Panel>[] {
  const each = (expr: string) => `max by (job, instance) (${expr})`;
  return [
    table({
      title: "Scrape targets",
      description: "Which targets does Prometheus scrape, and do they answer? Targets that are down come first.",
      width: 12,
      height: GRAPH_HEIGHT,
      sort: [{ column: "State", ascending: true }],
      columns: [
        { title: "Job", label: "job", minWidth: 105 },
        { ...serverColumn(), minWidth: 100 },
        { title: "State", expr: each("up"), mappings: UP_DOWN, width: 75 },
        { title: "Duration", expr: each("scrape_duration_seconds"), unit: units.Seconds, width: 100 },
        { title: "Samples", expr: each("scrape_samples_scraped"), unit: units.Short, width: 100 },
      ],
    }),
    countGraph({
      title: "Failed scrapes",
      description: "How many targets of each job did not answer, and when?",
      width: 12,
      sortBy: "Max",
      shades: Colours.CRITICAL,
      queries: [{ expr: "sum by (job) (1 - up)", legend: "{{job}}" }],
    }),
    graph({
      title: "Scrape duration",
      description: `Which ${TOP} targets take longest to scrape? A scrape that exceeds the timeout yields no samples.`,
      unit: units.Seconds,
      width: 12,
      sortBy: "Max",
      queries: [{ expr: `topk(${TOP}, ${each("scrape_duration_seconds")})`, legend: "{{job}} {{instance}}" }],
    }),
    graph({
      title: "Samples per scrape",
      description: `Which ${TOP} targets return the most samples, and does one return more and more?`,
      unit: units.Short,
      width: 12,
      sortBy: "Max",
      queries: [{ expr: `topk(${TOP}, ${each("scrape_samples_scraped")})`, legend: "{{job}} {{instance}}" }],
    }),
  ];
}
