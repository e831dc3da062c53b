import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { BigValueTextMode } from "@grafana/grafana-foundation-sdk/common";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../alerts/alert";
import { Severity } from "../alerts/rule";
import { alertsTable } from "./alerts-table";
import { buildDashboard } from "./builders/dashboard-builder";
import { Colours } from "./builders/colours";
import { graph, stat, STAT_ROW_HEIGHT, UP_DOWN } from "./builders/panels";
import { barColumn, serverColumn, table } from "./builders/tables";
import { isOn, ORANGE_ABOVE_ZERO, RED_ABOVE_ZERO, thresholdsOf } from "./builders/thresholds";
import { DashboardSubject } from "./dashboard-subject";
import {
  ALL_SERVERS,
  cpuUsed,
  firingAlerts,
  loadPerCpu,
  memoryUsed,
  orZero,
  RATE_INTERVAL,
  spaceUsed,
  whileUp,
} from "./expressions";
import { DashboardModel } from "./model";
import { Uids } from "./uids";

/** Number of servers that a graph shows: those with the highest values. */
const TOP = 10;
const UP = `up{${ALL_SERVERS}}`;
/** Numbers of rows for which the table of servers has room. */
const ROWS = { least: 3, most: 12, unknown: 6 };
/** Height of a table's title and header, in grid rows of the dashboard. A row of a table is as high as a grid row. */
const TABLE_HEAD = 3;

/** Builds the dashboard of all servers: an overview, a table with a row per server, and the busiest servers. */
export function buildFleetDashboard(subject: DashboardSubject): DashboardModel {
  const { alerts } = subject;
  return buildDashboard(subject, {
    uid: Uids.FLEET,
    description: "Are all servers healthy? Select a server to open its dashboard.",
    sections: [
      {
        panels: [
          ...overview(alerts),
          servers(subject),
          alertsTable(subject, {
            description: "Which problems need attention, since when, and how do I fix them?",
            height: 6,
          }),
        ],
      },
      { title: `Top ${TOP} servers over time`, panels: graphs(alerts) },
    ],
  });
}

/** Two rows of numbers. If the user disables the Watchdog, there is no panel for it. */
function overview(alerts: readonly Alert[]): Builder<Panel>[] {
  return isOn(alerts, "Watchdog")
    ? [...counts(), watchdog(), ...highest(alerts, 6)]
    : [...counts(), ...highest(alerts, 8)];
}

function counts(): Builder<Panel>[] {
  const count = { unit: units.NoUnit, width: 6, height: STAT_ROW_HEIGHT };
  const firing = (severity: Severity) => orZero(`count(${firingAlerts(`severity="${severity}"`)})`);
  return [
    stat({
      ...count,
      title: "Servers up",
      description: "How many servers answer?",
      queries: [{ expr: orZero(`count(${UP} == 1)`), legend: "up" }],
    }),
    stat({
      ...count,
      title: "Servers down",
      description: "How many servers do not answer?",
      queries: [{ expr: orZero(`count(${UP} == 0)`), legend: "down" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Critical alerts",
      description: "How many alerts need immediate attention?",
      queries: [{ expr: firing(Severity.CRITICAL), legend: "critical" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Warnings",
      description: "How many alerts need attention within a working day?",
      queries: [{ expr: firing(Severity.WARNING), legend: "warnings" }],
      thresholds: ORANGE_ABOVE_ZERO,
    }),
  ];
}

function watchdog(): Builder<Panel> {
  return stat({
    title: "Alerting",
    description:
      "Does Prometheus evaluate alert rules? The alert Watchdog always fires. If it does not, no alert can fire.",
    unit: units.NoUnit,
    width: 6,
    height: STAT_ROW_HEIGHT,
    queries: [{ expr: orZero(`max(${firingAlerts('alertname="Watchdog"')})`), legend: "Watchdog" }],
    mappings: { 0: { text: "broken", color: Colours.CRITICAL }, 1: { text: "works", color: Colours.GOOD } },
  });
}

function highest(alerts: readonly Alert[], width: number): Builder<Panel>[] {
  const one = (expr: string, legend: string) => [{ expr: `topk(1, ${whileUp(expr)})`, legend }];
  const share = {
    unit: units.Percent,
    width,
    height: STAT_ROW_HEIGHT,
    max: 100,
    decimals: 0,
    text: BigValueTextMode.ValueAndName,
  };
  return [
    stat({
      ...share,
      title: "Highest CPU",
      description: "Which server uses the most of its CPU time?",
      queries: one(cpuUsed(ALL_SERVERS), "{{instance}}"),
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
    }),
    stat({
      ...share,
      title: "Highest memory",
      description: "Which server uses the most of its memory?",
      queries: one(memoryUsed(ALL_SERVERS), "{{instance}}"),
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
    }),
    stat({
      ...share,
      title: "Fullest disk",
      description: "Which file system of which server is fullest?",
      queries: one(spaceUsed(ALL_SERVERS), "{{instance}} {{mountpoint}}"),
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
    }),
  ];
}

function servers({ alerts, servers: rows = ROWS.unknown }: DashboardSubject): Builder<Panel> {
  const disk = thresholdsOf(alerts, "DiskFull", "warning", "critical");
  const each = (expr: string) => `max by (instance) (${expr})`;
  const current = (expr: string) => each(whileUp(expr));
  const firing = (severity: Severity) =>
    `count by (instance) (${firingAlerts(`severity="${severity}"`)} and on (instance) ${UP}) or 0 * ${each(UP)}`;
  return table({
    title: "Servers",
    description: "Is each server healthy? Servers that are down come first, then servers with alerts.",
    width: 24,
    height: TABLE_HEAD + Math.min(Math.max(rows, ROWS.least), ROWS.most),
    // "down" is zero.
    sort: [{ column: "State", ascending: true }, { column: "Critical" }, { column: "Warnings" }],
    columns: [
      { ...serverColumn(), minWidth: 100 },
      { title: "State", expr: each(UP), mappings: UP_DOWN, width: 80 },
      { title: "Critical", expr: firing(Severity.CRITICAL), thresholds: RED_ABOVE_ZERO, width: 95 },
      { title: "Warnings", expr: firing(Severity.WARNING), thresholds: ORANGE_ABOVE_ZERO, width: 110 },
      barColumn("CPU", current(cpuUsed(ALL_SERVERS)), thresholdsOf(alerts, "CpuBusy", "busy")),
      {
        title: "Load per CPU",
        expr: current(loadPerCpu(ALL_SERVERS, 5)),
        thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
        decimals: 2,
        width: 115,
      },
      barColumn("Memory", current(memoryUsed(ALL_SERVERS)), thresholdsOf(alerts, "MemoryShort", "warning", "critical")),
      barColumn("Fullest disk", current(spaceUsed(ALL_SERVERS)), disk),
      {
        title: "Uptime",
        expr: current(`node_time_seconds{${ALL_SERVERS}} - node_boot_time_seconds{${ALL_SERVERS}}`),
        unit: units.Seconds,
        decimals: 1,
        width: 95,
      },
    ],
  });
}

function graphs(alerts: readonly Alert[]): Builder<Panel>[] {
  const most = (expr: string) => `topk(${TOP}, ${expr})`;
  const percent = { unit: units.Percent, width: 12, max: 100 };
  const traffic = ["receive", "transmit"].map(
    (way) => `sum by (instance) (rate(node_network_${way}_bytes_total{${ALL_SERVERS},device!="lo"}${RATE_INTERVAL}))`,
  );
  return [
    graph({
      ...percent,
      title: "CPU",
      description: "Which servers use the most CPU time?",
      queries: [{ expr: most(cpuUsed(ALL_SERVERS)), legend: "{{instance}}" }],
      thresholds: thresholdsOf(alerts, "CpuBusy", "busy"),
    }),
    graph({
      ...percent,
      title: "Memory",
      description: "Which servers use the most memory?",
      queries: [{ expr: most(memoryUsed(ALL_SERVERS)), legend: "{{instance}}" }],
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
    }),
    graph({
      ...percent,
      title: "Disks",
      description: "Which file systems are fullest?",
      queries: [{ expr: most(spaceUsed(ALL_SERVERS)), legend: "{{instance}} {{mountpoint}}" }],
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
    }),
    graph({
      title: "Network traffic",
      description: "Which servers receive and send the most data?",
      unit: units.BytesPerSecondIEC,
      width: 12,
      queries: [{ expr: most(traffic.join(" + ")), legend: "{{instance}}" }],
    }),
  ];
}
