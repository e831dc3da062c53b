import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";

/**
 * Builds the panels of the resources that a component's processes use.
 *
 * @param job label of the component's scrape targets
 * @param name name of the component in titles
 * @param top number of processes that each panel shows, those with the highest values; by default all
 */
export function processPanels(job: string, name: string, top?: number): Builder<Panel>[] {
  const shown = (expr: string) => [
    { expr: top === undefined ? expr : `topk(${top}, ${expr})`, legend: "{{instance}}" },
  ];
  return [
    graph({
      title: `${name} memory`,
      description: `How much memory does ${name} use?`,
      unit: units.BytesIEC,
      width: 8,
      queries: shown(`process_resident_memory_bytes{job="${job}"}`),
    }),
    graph({
      title: `${name} CPU`,
      description: `How much of one CPU does ${name} use?`,
      unit: units.Percent,
      width: 8,
      queries: shown(`100 * rate(process_cpu_seconds_total{job="${job}"}${RATE_INTERVAL})`),
    }),
    graph({
      title: `${name} open files`,
      description: `How much of its limit of open files and sockets does ${name} use?`,
      unit: units.Percent,
      width: 8,
      queries: shown(`100 * process_open_fds{job="${job}"} / process_max_fds{job="${job}"}`),
    }),
  ];
}
