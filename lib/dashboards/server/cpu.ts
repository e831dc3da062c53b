import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL, loadPerCpu } from "../expressions";
import { SERVER } from "./selector";

/** Builds the CPU panels: used time, waiting tasks and steal. */
export function cpuPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "CPU time",
      description: "What do the CPUs spend their time on? In percent of all CPUs; the rest up to 100 is idle.",
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
      title: "Load per CPU",
      description: "Do tasks wait? Tasks that run, wait for a CPU or wait for a disk, divided by the number of CPUs.",
      unit: units.Short,
      width: 5,
      queries: [1, 5, 15].map((minutes) => ({ expr: loadPerCpu(SERVER, minutes), legend: `${minutes} min` })),
      thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
    }),
    graph({
      title: "Runnable and blocked tasks",
      description: "Do tasks wait for CPUs or for disks? Blocked tasks wait for disks.",
      unit: units.Short,
      width: 5,
      queries: [
        { expr: `node_procs_running{${SERVER}}`, legend: "runnable" },
        { expr: `node_procs_blocked{${SERVER}}`, legend: "blocked" },
      ],
    }),
    graph({
      title: "CPU steal",
      description: "How much CPU time does the hypervisor give to other machines although this server needs it?",
      unit: units.Percent,
      width: 5,
      queries: [
        { expr: `100 * avg(rate(node_cpu_seconds_total{${SERVER},mode="steal"}${RATE_INTERVAL}))`, legend: "steal" },
      ],
      thresholds: thresholdsOf(alerts, "CpuStolen", "stolen"),
    }),
  ];
}
