import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";

/** Builds the panels of the resources that a component's process uses. */
export function processPanels(job: string, name: string): Builder<Panel>[] {
  return [
    graph({
      title: `${name} memory`,
      description: `How much memory does ${name} use?`,
      unit: units.BytesIEC,
      width: 8,
      queries: [{ expr: `process_resident_memory_bytes{job="${job}"}`, legend: "{{instance}}" }],
    }),
    graph({
      title: `${name} CPU`,
      description: `How much of one CPU does ${name} use?`,
      unit: units.Percent,
      width: 8,
      queries: [
        { expr: `100 * rate(process_cpu_seconds_total{job="${job}"}${RATE_INTERVAL})`, legend: "{{instance}}" },
      ],
    }),
    graph({
      title: `${name} open files`,
      description: `How much of its limit of open files and sockets does ${name} use?`,
      unit: units.Percent,
      width: 8,
      queries: [
        { expr: `100 * process_open_fds{job="${job}"} / process_max_fds{job="${job}"}`, legend: "{{instance}}" },
      ],
    }),
  ];
}
