import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";

/** What a component of ours takes of its server. */
export function processPanels(job: string, name: string): Builder<Panel>[] {
  return [
    graph({
      title: `Memory of ${name}`,
      description: `How much memory does ${name} take?`,
      unit: units.BytesIEC,
      width: 8,
      queries: [{ expr: `process_resident_memory_bytes{job="${job}"}`, legend: "{{instance}}" }],
    }),
    graph({
      title: `Processors of ${name}`,
      description: `How much of a processor does ${name} keep busy?`,
      unit: units.Percent,
      width: 8,
      queries: [
        { expr: `100 * rate(process_cpu_seconds_total{job="${job}"}${RATE_INTERVAL})`, legend: "{{instance}}" },
      ],
    }),
    graph({
      title: `Open files of ${name}`,
      description: `How many of the files and sockets that ${name} may open are open?`,
      unit: units.Percent,
      width: 8,
      queries: [
        { expr: `100 * process_open_fds{job="${job}"} / process_max_fds{job="${job}"}`, legend: "{{instance}}" },
      ],
    }),
  ];
}
