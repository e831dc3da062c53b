import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph, GRAPH_HEIGHT, UP_DOWN } from "../builders/panels";
import { table } from "../builders/tables";
import { Uids } from "../uids";

/** Of many targets, graphs show those that have most. */
export const TOP = 10;

/** What Prometheus scrapes: whether it answers, how long that takes, how much it gives. */
export function scrapePanels(): Builder<Panel>[] {
  const each = (expr: string) => `max by (job, instance) (${expr})`;
  return [
    table({
      title: "Targets",
      description: "What is scraped, and does it answer? What does not comes first.",
      width: 12,
      height: GRAPH_HEIGHT,
      sort: "State",
      ascending: true,
      columns: [
        { title: "Job", label: "job" },
        {
          title: "Server",
          label: "instance",
          link: {
            title: "The server's dashboard",
            url: `/d/${Uids.SERVER}?var-instance=\${__value.raw:percentencode}&\${__url_time_range}`,
          },
        },
        { title: "State", expr: each("up"), mappings: UP_DOWN, width: 80 },
        { title: "Duration", expr: each("scrape_duration_seconds"), unit: units.Seconds, width: 110 },
        { title: "Samples", expr: each("scrape_samples_scraped"), unit: units.Short, width: 110 },
      ],
    }),
    graph({
      title: "Scrape duration",
      description: `Which ${TOP} targets take longest? One that takes longer than the timeout has no samples at all.`,
      unit: units.Seconds,
      width: 6,
      queries: [{ expr: `topk(${TOP}, ${each("scrape_duration_seconds")})`, legend: "{{job}} {{instance}}" }],
    }),
    graph({
      title: "Samples in a scrape",
      description: `Which ${TOP} targets give most, and does one give ever more?`,
      unit: units.Short,
      width: 6,
      queries: [{ expr: `topk(${TOP}, ${each("scrape_samples_scraped")})`, legend: "{{job}} {{instance}}" }],
    }),
  ];
}
