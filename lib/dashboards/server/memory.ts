import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL, memoryUsed } from "../expressions";
import { SERVER } from "./selector";

/** Builds the memory panels: usage, paging and OOM kills. */
export function memoryPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const memory = (name: string) => `node_memory_${name}_bytes{${SERVER}}`;
  return [
    graph({
      title: "Memory",
      description: "What uses the memory: programs, or caches that the kernel drops if programs need more?",
      unit: units.BytesIEC,
      width: 9,
      queries: [
        { expr: `${memory("MemTotal")} - ${memory("MemAvailable")}`, legend: "used" },
        { expr: `${memory("MemAvailable")} - ${memory("MemFree")}`, legend: "caches" },
        { expr: memory("MemFree"), legend: "free" },
        { expr: `${memory("SwapTotal")} - ${memory("SwapFree")}`, legend: "swap used" },
      ],
      stacked: true,
    }),
    graph({
      title: "Memory used",
      description: "How close is the server to running out of memory?",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: memoryUsed(SERVER), legend: "used" }],
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
      max: 100,
    }),
    graph({
      title: "Paging",
      description: "Is memory too small for the running programs? Then their pages are read from disk again and again.",
      unit: units.CountsPerSecond,
      width: 5,
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
      width: 5,
      queries: [{ expr: `increase(node_vmstat_oom_kill{${SERVER}}${RATE_INTERVAL})`, legend: "killed" }],
      bars: true,
    }),
  ];
}
