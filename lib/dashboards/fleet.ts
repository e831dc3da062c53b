import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../alerts/alert";
import { Severity } from "../alerts/rule";
import { DashboardSubject } from "./dashboard-subject";
import { buildDashboard } from "./builders/dashboard-builder";
import { Colours } from "./builders/colours";
import { thresholdsOf, RED_ABOVE_ZERO } from "./builders/thresholds";
import { graph, stat, UP_DOWN } from "./builders/panels";
import { barColumn, table } from "./builders/tables";
import {
  ALL_SERVERS,
  cpuUsed,
  firingAlerts,
  inodesUsed,
  RATE_INTERVAL,
  loadPerCpu,
  memoryUsed,
  orZero,
  spaceUsed,
} from "./expressions";
import { DashboardModel } from "./model";
import { Uids } from "./uids";

/** Number of servers that a graph shows: those with the highest values. */
const TOP = 10;
const UP = `up{${ALL_SERVERS}}`;

/** Builds the dashboard of all servers: an overview, a table with a row per server, and the busiest servers. */
export function buildFleetDashboard(subject: DashboardSubject): DashboardModel {
  const { alerts } = subject;
  return buildDashboard(subject, {
    uid: Uids.FLEET,
    description: "Are all servers healthy? Select a server to open its dashboard.",
    sections: [
      { panels: [...overview(alerts), servers(alerts)] },
      { title: "Alerts", panels: [firing()] },
      { title: `Top ${TOP} servers over time`, panels: graphs(alerts) },
    ],
  });
}

function overview(alerts: readonly Alert[]): Builder<Panel>[] {
  const count = { unit: units.NoUnit, width: 4 };
  const most = { unit: units.Percent, width: 4, max: 100, decimals: 0 };
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
      queries: [{ expr: orZero('count(ALERTS{alertstate="firing",severity="critical"})'), legend: "critical" }],
      thresholds: RED_ABOVE_ZERO,
    }),
    stat({
      ...count,
      title: "Warnings",
      description: "How many alerts need attention within a working day?",
      queries: [{ expr: orZero('count(ALERTS{alertstate="firing",severity="warning"})'), legend: "warnings" }],
      thresholds: RED_ABOVE_ZERO.map(({ value }) => ({ value, severity: Severity.WARNING })),
    }),
    stat({
      ...most,
      title: "Highest memory usage",
      description: "How much memory is in use on the server with the highest usage?",
      queries: [{ expr: `max(${memoryUsed(ALL_SERVERS)})`, legend: "used" }],
      thresholds: thresholdsOf(alerts, "MemoryShort", "warning", "critical"),
    }),
    stat({
      ...most,
      title: "Fullest disk",
      description: "How full is the fullest file system of any server?",
      queries: [{ expr: `max(${spaceUsed(ALL_SERVERS)})`, legend: "used" }],
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
    }),
  ];
}

function servers(alerts: readonly Alert[]): Builder<Panel> {
  const disk = thresholdsOf(alerts, "DiskFull", "warning", "critical");
  const each = (expr: string) => `max by (instance) (${expr})`;
  const none = `0 * ${each(UP)}`;
  return table({
    title: "Servers",
    description: "Is each server healthy? Servers with alerts come first.",
    width: 24,
    height: 12,
    sort: [{ column: "Alerts" }],
    columns: [
      {
        title: "Server",
        label: "instance",
        link: {
          title: "Open the server's dashboard",
          url: `/d/${Uids.SERVER}?var-instance=\${__value.raw:percentencode}&\${__url_time_range}`,
        },
      },
      { title: "State", expr: each(UP), mappings: UP_DOWN, width: 80 },
      {
        title: "Alerts",
        expr: `count by (instance) (${firingAlerts()} and on (instance) ${UP}) or ${none}`,
        thresholds: RED_ABOVE_ZERO,
        width: 80,
      },
      barColumn("CPU", cpuUsed(ALL_SERVERS), thresholdsOf(alerts, "CpuBusy", "busy")),
      {
        title: "Load per CPU",
        expr: each(loadPerCpu(ALL_SERVERS, 5)),
        thresholds: thresholdsOf(alerts, "LoadHigh", "load"),
        decimals: 2,
        width: 150,
      },
      barColumn("Memory", each(memoryUsed(ALL_SERVERS)), thresholdsOf(alerts, "MemoryShort", "warning", "critical")),
      barColumn("Fullest disk", each(spaceUsed(ALL_SERVERS)), disk),
      barColumn("Inodes", each(inodesUsed(ALL_SERVERS)), thresholdsOf(alerts, "InodesFull", "warning", "critical")),
      {
        title: "Uptime",
        expr: each(`node_time_seconds{${ALL_SERVERS}} - node_boot_time_seconds{${ALL_SERVERS}}`),
        unit: units.DurationSeconds,
        width: 140,
      },
    ],
  });
}

function firing(): Builder<Panel> {
  return table({
    title: "Firing alerts",
    description: "Which alerts fire now? Watchdog always fires; if this table is empty, no rules are evaluated.",
    width: 24,
    height: 7,
    // In alphabetical order, "critical" comes first.
    sort: [{ column: "Severity", ascending: true }],
    columns: [
      { title: "Severity", label: "severity", mappings: SEVERITIES, width: 110 },
      { title: "Alert", label: "alertname" },
      { title: "Server", label: "instance" },
      { title: "Job", label: "job" },
      {
        title: "Firing",
        expr: 'count by (severity, alertname, instance, job) (ALERTS{alertstate="firing"})',
        width: 90,
      },
    ],
  });
}

const SEVERITIES = {
  critical: { text: "critical", color: Colours.CRITICAL },
  warning: { text: "warning", color: Colours.WARNING },
  none: { text: "none", color: Colours.PLAIN },
} as const;

function graphs(alerts: readonly Alert[]): Builder<Panel>[] {
  const most = (expr: string) => `topk(${TOP}, ${expr})`;
  const percent = { unit: units.Percent, width: 6, max: 100 };
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
      width: 6,
      queries: [{ expr: most(traffic.join(" + ")), legend: "{{instance}}" }],
    }),
  ];
}
