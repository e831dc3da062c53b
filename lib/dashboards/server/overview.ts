import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Severity } from "../../alerts/rule";
import { stat, STAT_ROW_HEIGHT, UP_DOWN } from "../builders/panels";
import { ORANGE_ABOVE_ZERO, RED_ABOVE_ZERO, thresholdsOf } from "../builders/thresholds";
import { cpuUsed, firingAlerts, loadPerCpu, memoryUsed, orZero, spaceUsed, whileUp } from "../expressions";
import { SERVER } from "./selector";

/** Size of each panel: two rows of four. */
const PLACE = { width: 6, height: STAT_ROW_HEIGHT };

/** Builds the first rows, which show whether the server is healthy. The values of a server that is down are blank. */
export function overviewPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const share = { ...PLACE, unit: units.Percent, max: 100, decimals: 0 };
  const one = (expr: string, legend: string) => [{ expr: whileUp(expr), legend }];
  return [
    stat({
      ...PLACE,
      title: "State",
      description: "Does the server's node exporter answer?",
      unit: units.NoUnit,
      queries: [{ expr: `up{${SERVER}}`, legend: "state" }],
      mappings: UP_DOWN,
    }),
    ...alertCounts(),
    stat({
      ...share,
      title: "CPU usage",
      description: "How much CPU time is in use?",
      queries: one(cpuUsed(SERVER), "used"),
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
    }),
    stat({
      ...PLACE,
      title: "Load per CPU",
      description: "How many tasks run or wait per CPU, averaged over five minutes? Above 1, tasks wait.",
      unit: units.NoUnit,
      queries: one(loadPerCpu(SERVER, 5), "load"),
      thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
      decimals: 2,
    }),
    stat({
      ...share,
      title: "Memory usage",
      description: "How much memory is in use, without caches that the kernel can drop?",
      queries: one(memoryUsed(SERVER), "used"),
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
    }),
    stat({
      ...share,
      title: "Fullest disk",
      description: "How full is the fullest file system?",
      queries: [{ expr: `max(${whileUp(spaceUsed(SERVER))})`, legend: "used" }],
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
    }),
    stat({
      ...PLACE,
      title: "Uptime",
      description: "How long has the server been running?",
      unit: units.Seconds,
      queries: one(`node_time_seconds{${SERVER}} - node_boot_time_seconds{${SERVER}}`, "uptime"),
      decimals: 1,
    }),
  ];
}

function alertCounts(): Builder<Panel>[] {
  const count = { ...PLACE, unit: units.NoUnit };
  const firing = (severity: Severity) =>
    orZero(`count(${firingAlerts(`severity="${severity}",instance="$instance"`)})`);
  return [
    stat({
      ...count,
      title: "Critical alerts",
      description: "How many problems of this server need immediate attention?",
      queries: [{ expr: firing(Severity.CRITICAL), legend: "critical" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Warnings",
      description: "How many problems of this server need attention within a working day?",
      queries: [{ expr: firing(Severity.WARNING), legend: "warnings" }],
      thresholds: ORANGE_ABOVE_ZERO,
    }),
  ];
}
