import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours, MEMORY_PARTS } from "../builders/colours";
import { graph } from "../builders/panels";
import { thresholdsOf } from "../builders/thresholds";
import { memoryUsed, RATE_INTERVAL } from "../expressions";
import { SERVER } from "./selector";

/** Builds the memory panels: usage, swap, paging and OOM kills. */
export function memoryPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...usage(alerts), ...shortage(alerts)];
}

function memory(name: string): string {
  return `node_memory_${name}_bytes{${SERVER}}`;
}

function usage(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Memory",
      description: "What uses the memory: programs, or caches that the kernel drops if programs need more?",
      unit: units.BytesIEC,
      width: 12,
      queries: [
        { expr: `${memory("MemTotal")} - ${memory("MemAvailable")}`, legend: "used" },
        { expr: `${memory("MemAvailable")} - ${memory("MemFree")}`, legend: "caches" },
        { expr: memory("MemFree"), legend: "free" },
      ],
      colours: MEMORY_PARTS,
      stacked: true,
    }),
    graph({
      title: "Memory used",
      description: "How close is the server to running out of memory?",
      unit: units.Percent,
      width: 12,
      queries: [{ expr: memoryUsed(SERVER), legend: "used" }],
      colours: MEMORY_PARTS,
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
      max: 100,
    }),
  ];
}

function shortage(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Swap used",
      description: "How much of the swap space holds memory that was moved to disk?",
      unit: units.Percent,
      width: 8,
      queries: [
        {
          expr: `100 * (${memory("SwapTotal")} - ${memory("SwapFree")}) / (${memory("SwapTotal")} > 0)`,
          legend: "swap used",
        },
      ],
      colours: MEMORY_PARTS,
      thresholds: thresholdsOf(alerts, "SwapFull", "swap"),
      max: 100,
      noValue: "No swap space",
    }),
    graph({
      title: "Paging",
      description: "Is memory too small for the running programs? Then their pages are read from disk again and again.",
      unit: units.CountsPerSecond,
      width: 8,
      queries: [
        { expr: `rate(node_vmstat_pgmajfault{${SERVER}}${RATE_INTERVAL})`, legend: "major faults" },
        { expr: `rate(node_vmstat_pswpin{${SERVER}}${RATE_INTERVAL})`, legend: "swapped in" },
        { expr: `rate(node_vmstat_pswpout{${SERVER}}${RATE_INTERVAL})`, legend: "swapped out" },
      ],
      thresholds: thresholdsOf(alerts, "MemoryThrashing", "faults"),
    }),
    graph({
      title: "OOM kills",
      description: "Did the kernel kill processes because memory ran out?",
      unit: units.Short,
      width: 8,
      queries: [{ expr: `increase(node_vmstat_oom_kill{${SERVER}}${RATE_INTERVAL})`, legend: "killed" }],
      colours: { killed: Colours.CRITICAL },
      bars: true,
    }),
  ];
}
