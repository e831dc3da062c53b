import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL, memoryUsed } from "../expressions";
import { SERVER } from "./selector";

/** Memory: what is used, what is read again for lack of it, and what the kernel ended. */
export function memoryPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const memory = (name: string) => `node_memory_${name}_bytes{${SERVER}}`;
  return [
    graph({
      title: "Memory",
      description: "Who has the memory: programs, or caches that the kernel drops when programs need more?",
      unit: units.BytesIEC,
      width: 9,
      queries: [
        { expr: `${memory("MemTotal")} - ${memory("MemAvailable")}`, legend: "in use" },
        { expr: `${memory("MemAvailable")} - ${memory("MemFree")}`, legend: "caches" },
        { expr: memory("MemFree"), legend: "free" },
        { expr: `${memory("SwapTotal")} - ${memory("SwapFree")}`, legend: "swapped out" },
      ],
      stacked: true,
    }),
    graph({
      title: "Memory used",
      description: "How near is the server to having no memory left?",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: memoryUsed(SERVER), legend: "used" }],
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
      max: 100,
    }),
    graph({
      title: "Pages from disk",
      description:
        "Is there less memory than what is at work needs? Then its pages are read from disk again and again.",
      unit: units.CountsPerSecond,
      width: 5,
      queries: [
        { expr: `rate(node_vmstat_pgmajfault{${SERVER}}${RATE_INTERVAL})`, legend: "read again" },
        { expr: `rate(node_vmstat_pswpin{${SERVER}}${RATE_INTERVAL})`, legend: "swapped in" },
        { expr: `rate(node_vmstat_pswpout{${SERVER}}${RATE_INTERVAL})`, legend: "swapped out" },
      ],
      thresholds: thresholdsOf(alerts, "MemoryThrashing", "faults"),
    }),
    graph({
      title: "Processes ended",
      description: "Did the kernel end processes, because no memory was left for them?",
      unit: units.Short,
      width: 5,
      queries: [{ expr: `increase(node_vmstat_oom_kill{${SERVER}}${RATE_INTERVAL})`, legend: "ended" }],
      bars: true,
    }),
  ];
}
