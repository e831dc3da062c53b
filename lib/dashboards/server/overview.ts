import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf, RED_ABOVE_ZERO } from "../builders/thresholds";
import { stat, UP_DOWN } from "../builders/panels";
import { cpuUsed, firingAlerts, loadPerCpu, memoryUsed, orZero, spaceUsed } from "../expressions";
import { SERVER } from "./selector";

/** Builds the first row, which shows whether the server is healthy. */
export function overviewPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    stat({
      title: "State",
      description: "Does the server's node exporter answer? If not, the values below are old.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: `up{${SERVER}}`, legend: "state" }],
      mappings: UP_DOWN,
    }),
    stat({
      title: "Firing alerts",
      description: "How many alerts about this server fire? The graphs below mark them.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: orZero(`count(${firingAlerts(',instance="$instance"')})`), legend: "alerts" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      title: "CPU usage",
      description: "How much CPU time is in use?",
      unit: units.Percent,
      width: 3,
      queries: [{ expr: cpuUsed(SERVER), legend: "used" }],
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
      max: 100,
      decimals: 0,
    }),
    stat({
      title: "Load per CPU",
      description: "How many tasks run or wait per CPU, averaged over five minutes? Above 1, tasks wait.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: loadPerCpu(SERVER, 5), legend: "load" }],
      thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
      decimals: 2,
    }),
    stat({
      title: "Memory usage",
      description: "How much memory is in use, without caches that the kernel can drop?",
      unit: units.Percent,
      width: 3,
      queries: [{ expr: memoryUsed(SERVER), legend: "used" }],
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
      max: 100,
      decimals: 0,
    }),
    stat({
      title: "Fullest disk",
      description: "How full is the fullest file system?",
      unit: units.Percent,
      width: 3,
      queries: [{ expr: `max(${spaceUsed(SERVER)})`, legend: "used" }],
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
      max: 100,
      decimals: 0,
    }),
    stat({
      title: "Failed units",
      description: "How many systemd units have failed? The table of services below names failed services.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: `node_systemd_units{${SERVER},state="failed"}`, legend: "failed" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      title: "Uptime",
      description: "How long has the server been running?",
      unit: units.DurationSeconds,
      width: 3,
      queries: [{ expr: `node_time_seconds{${SERVER}} - node_boot_time_seconds{${SERVER}}`, legend: "uptime" }],
      decimals: 0,
    }),
  ];
}
