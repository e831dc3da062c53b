import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL, loadPerCpu } from "../expressions";
import { SERVER } from "./selector";

/** Processors: the time that is used, the tasks that wait, the time that other machines took. */
export function cpuPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Processor time",
      description: "What are the processors busy with? In percent of all of them; what is missing to 100 is idle.",
      unit: units.Percent,
      width: 9,
      queries: [
        {
          expr: `100 * avg by (mode) (rate(node_cpu_seconds_total{${SERVER},mode!="idle"}${RATE_INTERVAL}))`,
          legend: "{{mode}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
      stacked: true,
      max: 100,
    }),
    graph({
      title: "Load per processor",
      description: "Do tasks wait? Those that run, wait for a processor or wait for a disk, for each processor.",
      unit: units.Short,
      width: 5,
      queries: [1, 5, 15].map((minutes) => ({ expr: loadPerCpu(SERVER, minutes), legend: `${minutes} min` })),
      thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
    }),
    graph({
      title: "Tasks",
      description: "Is it processors that tasks wait for, or disks? Those blocked wait for disks.",
      unit: units.Short,
      width: 5,
      queries: [
        { expr: `node_procs_running{${SERVER}}`, legend: "runnable" },
        { expr: `node_procs_blocked{${SERVER}}`, legend: "blocked" },
      ],
    }),
    graph({
      title: "Stolen time",
      description: "Does the machine below give processor time to others that this server should have?",
      unit: units.Percent,
      width: 5,
      queries: [
        { expr: `100 * avg(rate(node_cpu_seconds_total{${SERVER},mode="steal"}${RATE_INTERVAL}))`, legend: "stolen" },
      ],
      thresholds: thresholdsOf(alerts, "CpuStolen", "stolen"),
    }),
  ];
}
