import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph } from "../builders/panels";
import { ALL_SERVERS } from "../expressions";
import { TOP } from "./scrape-targets";

/** The node exporters: what they could not gather, and what takes them long. */
export function exporterPanels(): Builder<Panel>[] {
  return [
    graph({
      title: "Collectors without success",
      description: "How many collectors find nothing? Some do on every server, for what it has not; a rise is news.",
      unit: units.Short,
      width: 6,
      queries: [
        {
          expr: `topk(${TOP}, sum by (instance) (1 - node_scrape_collector_success{${ALL_SERVERS}}))`,
          legend: "{{instance}}",
        },
      ],
    }),
    graph({
      title: "Slowest collectors",
      description: "What takes the exporters longest, on any server?",
      unit: units.Seconds,
      width: 6,
      queries: [
        {
          expr: `topk(${TOP}, max by (collector) (node_scrape_collector_duration_seconds{${ALL_SERVERS}}))`,
          legend: "{{collector}}",
        },
      ],
    }),
    graph({
      title: "Unreadable files of metrics",
      description: "On which servers is a file in the textfile folder malformed, so that its metrics are missing?",
      unit: units.Short,
      width: 6,
      queries: [
        {
          expr: `topk(${TOP}, max by (instance) (node_textfile_scrape_error{${ALL_SERVERS}}))`,
          legend: "{{instance}}",
        },
      ],
    }),
    graph({
      title: "Failed scrapes",
      description: "Which targets did not answer, and when?",
      unit: units.Short,
      width: 6,
      queries: [{ expr: `topk(${TOP}, max by (job, instance) (1 - up))`, legend: "{{job}} {{instance}}" }],
      max: 1,
    }),
  ];
}
