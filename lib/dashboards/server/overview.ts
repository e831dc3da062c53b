import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf, RED_ABOVE_ZERO } from "../builders/thresholds";
import { stat, UP_DOWN } from "../builders/panels";
import { cpuUsed, firingAlerts, loadPerCpu, memoryUsed, orZero, spaceUsed } from "../expressions";
import { SERVER } from "./selector";

/** Whether a server is well, at a glance. */
export function overviewPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    stat({
      title: "State",
      description: "Does the server's node exporter answer? If not, all below is of before.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: `up{${SERVER}}`, legend: "state" }],
      mappings: UP_DOWN,
    }),
    stat({
      title: "Alerts",
      description: "How many alerts about this server fire? They are marked in the graphs below.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: orZero(`count(${firingAlerts(',instance="$instance"')})`), legend: "alerts" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      title: "Processors",
      description: "How much of the processors' time is in use?",
      unit: units.Percent,
      width: 3,
      queries: [{ expr: cpuUsed(SERVER), legend: "used" }],
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
      max: 100,
      decimals: 0,
    }),
    stat({
      title: "Load per processor",
      description: "How many tasks run or wait, for each processor, over five minutes? Above 1 some wait.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: loadPerCpu(SERVER, 5), legend: "load" }],
      thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
      decimals: 2,
    }),
    stat({
      title: "Memory",
      description: "How much memory is in use, without caches that would be dropped?",
      unit: units.Percent,
      width: 3,
      queries: [{ expr: memoryUsed(SERVER), legend: "used" }],
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
      max: 100,
      decimals: 0,
    }),
    stat({
      title: "Fullest disk",
      description: "How full is the file system that is fullest?",
      unit: units.Percent,
      width: 3,
      queries: [{ expr: `max(${spaceUsed(SERVER)})`, legend: "used" }],
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
      max: 100,
      decimals: 0,
    }),
    stat({
      title: "Failed units",
      description: "How many units of systemd have failed? The table of services below names them.",
      unit: units.NoUnit,
      width: 3,
      queries: [{ expr: `node_systemd_units{${SERVER},state="failed"}`, legend: "failed" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      title: "Up for",
      description: "When was the server started?",
      unit: units.DurationSeconds,
      width: 3,
      queries: [{ expr: `node_time_seconds{${SERVER}} - node_boot_time_seconds{${SERVER}}`, legend: "up for" }],
      decimals: 0,
    }),
  ];
}
