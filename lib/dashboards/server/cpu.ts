import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { CPU_MODES } from "../builders/colours";
import { graph } from "../builders/panels";
import { thresholdsOf } from "../builders/thresholds";
import { loadPerCpu, RATE_INTERVAL } from "../expressions";
import { SERVER } from "./selector";

/** Builds the CPU panels: used time of all CPUs and of each CPU, waiting tasks and steal. */
export function cpuPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...usage(alerts), ...saturation(alerts)];
}

/** Rate of the time that each CPU spends in a mode. */
function rate(modes: string): string {
  return `rate(node_cpu_seconds_total{${SERVER},mode${modes}}${RATE_INTERVAL})`;
}

function usage(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "CPU time",
      description: "What do the CPUs spend their time on? In percent of all CPUs; the rest up to 100 is idle.",
      unit: units.Percent,
      width: 12,
      // One query per mode keeps the order of the legend, in which the most important modes come first.
      queries: Object.keys(CPU_MODES).map((mode) => ({ expr: `100 * avg(${rate(`="${mode}"`)})`, legend: mode })),
      colours: CPU_MODES,
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
      stacked: true,
      max: 100,
    }),
    graph({
      title: "Usage of each CPU",
      description: "Is one CPU busy while the others are idle? Then a program cannot use several CPUs.",
      unit: units.Percent,
      width: 12,
      queries: [{ expr: `100 * sum by (cpu) (${rate('!~"idle|iowait|steal"')})`, legend: "CPU {{cpu}}" }],
      max: 100,
    }),
  ];
}

function saturation(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Load per CPU",
      description: "Do tasks wait? Tasks that run, wait for a CPU or wait for a disk, divided by the number of CPUs.",
      unit: units.Short,
      width: 8,
      queries: [1, 5, 15].map((minutes) => ({ expr: loadPerCpu(SERVER, minutes), legend: `${minutes} min` })),
      thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
    }),
    graph({
      title: "Runnable and blocked tasks",
      description: "Do tasks wait for CPUs or for disks? Blocked tasks wait for disks.",
      unit: units.Short,
      width: 8,
      queries: [
        { expr: `node_procs_running{${SERVER}}`, legend: "runnable" },
        { expr: `node_procs_blocked{${SERVER}}`, legend: "blocked" },
      ],
    }),
    graph({
      title: "CPU steal",
      description: "How much CPU time does the hypervisor give to other machines although this server needs it?",
      unit: units.Percent,
      width: 8,
      queries: [{ expr: `100 * avg(${rate('="steal"')})`, legend: "steal" }],
      colours: CPU_MODES,
      thresholds: thresholdsOf(alerts, "CpuStolen", "stolen"),
    }),
  ];
}
