import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { BigValueTextMode } from "@grafana/grafana-foundation-sdk/common";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours, UNIT_STATES } from "../builders/colours";
import { ORANGE_ABOVE_ZERO, RED_ABOVE_ZERO, thresholdsOf } from "../builders/thresholds";
import { graph, GRAPH_HEIGHT, stat } from "../builders/panels";
import { table } from "../builders/tables";
import { whileUp } from "../expressions";
import { SERVER } from "./selector";

/** Builds the panels of systemd services, kernel tables and the clock. */
export function systemPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...services(), ...kernel(alerts), ...clock(alerts)];
}

/** The table sorts states in descending alphabetical order, so that "failed" comes first. */
const STATES = Object.fromEntries(Object.entries(UNIT_STATES).map(([state, color]) => [state, { text: state, color }]));

function services(): Builder<Panel>[] {
  return [
    table({
      title: "Services",
      description: "Which services run, start or have failed? Services that are not started are left out.",
      width: 16,
      height: GRAPH_HEIGHT,
      sort: [{ column: "State" }],
      columns: [
        { title: "Service", label: "name" },
        { title: "State", label: "state", mappings: STATES },
        {
          title: "Count",
          expr: `sum by (name, state) (node_systemd_unit_state{${SERVER},name=~".+[.]service",state!="inactive"} == 1)`,
          hidden: true,
        },
      ],
    }),
    stat({
      title: "systemd units",
      description: "How many systemd units are in which state? The table names services; `systemctl` names all units.",
      unit: units.NoUnit,
      width: 8,
      height: GRAPH_HEIGHT,
      queries: Object.keys(UNIT_STATES).map((state) => ({
        expr: `node_systemd_units{${SERVER},state="${state}"}`,
        legend: state,
      })),
      text: BigValueTextMode.ValueAndName,
      thresholdsOfSeries: {
        failed: RED_ABOVE_ZERO,
        activating: ORANGE_ABOVE_ZERO,
        deactivating: ORANGE_ABOVE_ZERO,
      },
    }),
  ];
}

function kernel(alerts: readonly Alert[]): Builder<Panel>[] {
  const ofLimit = (used: string, limit: string) => [
    { expr: `100 * ${used}{${SERVER}} / ${limit}{${SERVER}}`, legend: "of the limit" },
  ];
  return [
    graph({
      title: "File descriptors",
      description: "How much of the kernel's limit of open files and sockets is in use?",
      unit: units.Percent,
      width: 6,
      decimals: 2,
      queries: ofLimit("node_filefd_allocated", "node_filefd_maximum"),
      thresholds: thresholdsOf(alerts, "FileDescriptorsShort", "warning", "critical"),
    }),
    graph({
      title: "Connection tracking",
      description: "How full is the firewall's connection tracking table? If it is full, new connections are dropped.",
      unit: units.Percent,
      width: 6,
      decimals: 2,
      queries: ofLimit("node_nf_conntrack_entries", "node_nf_conntrack_entries_limit"),
      thresholds: thresholdsOf(alerts, "ConntrackFull", "warning", "critical"),
    }),
  ];
}

function clock(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Offset to the time server",
      description: "How many seconds is the clock off according to the time service?",
      unit: units.Seconds,
      width: 6,
      queries: [{ expr: `node_timex_offset_seconds{${SERVER}}`, legend: "offset" }],
      thresholds: thresholdsOf(alerts, "ClockDrifting", "offset"),
      signed: true,
    }),
    graph({
      title: "Offset to Prometheus",
      description:
        "How far is the clock from the clock of the Prometheus server? The offset includes the duration of a scrape.",
      unit: units.Seconds,
      width: 6,
      queries: [
        { expr: `abs(node_time_seconds{${SERVER}} - timestamp(node_time_seconds{${SERVER}}))`, legend: "offset" },
      ],
      thresholds: thresholdsOf(alerts, "ClockWrong", "warning", "critical"),
    }),
    stat({
      title: "Time synchronisation",
      description: "Does the kernel report that a time service keeps the clock synchronised?",
      unit: units.NoUnit,
      width: 12,
      queries: [{ expr: whileUp(`node_timex_sync_status{${SERVER}}`), legend: "clock" }],
      mappings: {
        0: { text: "not synchronised", color: Colours.WARNING },
        1: { text: "synchronised", color: Colours.GOOD },
      },
    }),
    stat({
      title: "Operating system",
      description: "Which operating system and kernel does the server run?",
      unit: units.NoUnit,
      width: 12,
      queries: [
        { expr: `node_os_info{${SERVER}}`, legend: "{{pretty_name}}" },
        { expr: `node_uname_info{${SERVER}}`, legend: "{{sysname}} {{release}}" },
      ],
      text: BigValueTextMode.Name,
    }),
  ];
}
