import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph } from "../builders/panels";
import { ALL_SERVERS } from "../expressions";
import { TOP } from "./scrape-targets";

/** Builds the panels of the node exporters: failed and slow collectors, and failed scrapes. */
export function exporterPanels(): Builder<Panel>[] {
  return [
    graph({
      title: "Failed collectors",
      description:
        "How many collectors fail? Some fail on every server because its hardware is missing; watch for a rise.",
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
      description: "Which collectors take longest, on any server?",
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
      title: "Textfile errors",
      description: "On which servers is a file in the textfile directory malformed, so that its metrics are missing?",
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
