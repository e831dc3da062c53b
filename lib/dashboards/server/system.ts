import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { BigValueTextMode } from "@grafana/grafana-foundation-sdk/common";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours } from "../builders/colours";
import { thresholdsOf } from "../builders/thresholds";
import { graph, GRAPH_HEIGHT, stat } from "../builders/panels";
import { table } from "../builders/tables";
import { SERVER } from "./selector";

/** Builds the panels of systemd services, kernel tables and the clock. */
export function systemPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...services(), ...kernel(alerts), ...clock(alerts)];
}

/** The table sorts states in descending alphabetical order, so that "failed" comes first. */
const STATES = {
  active: { text: "active", color: Colours.GOOD },
  activating: { text: "activating", color: Colours.WARNING },
  deactivating: { text: "deactivating", color: Colours.WARNING },
  failed: { text: "failed", color: Colours.CRITICAL },
} as const;

function services(): Builder<Panel>[] {
  return [
    table({
      title: "Services",
      description: "Which services run, start or have failed? Services that are not started are left out.",
      width: 9,
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
    graph({
      title: "systemd units",
      description: "How many systemd units are in which state?",
      unit: units.Short,
      width: 5,
      queries: [{ expr: `node_systemd_units{${SERVER}}`, legend: "{{state}}" }],
    }),
  ];
}

function kernel(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "File descriptors",
      description: "How much of the kernel's limit of open files and sockets is in use?",
      unit: units.Percent,
      width: 5,
      queries: [
        { expr: `100 * node_filefd_allocated{${SERVER}} / node_filefd_maximum{${SERVER}}`, legend: "of the limit" },
      ],
      thresholds: thresholdsOf(alerts, "FileDescriptorsShort", "warning", "critical"),
    }),
    graph({
      title: "Connection tracking",
      description: "How full is the firewall's connection tracking table? If it is full, new connections are dropped.",
      unit: units.Percent,
      width: 5,
      queries: [
        {
          expr: `100 * node_nf_conntrack_entries{${SERVER}} / node_nf_conntrack_entries_limit{${SERVER}}`,
          legend: "of the limit",
        },
      ],
      thresholds: thresholdsOf(alerts, "ConntrackFull", "warning", "critical"),
    }),
  ];
}

function clock(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Clock offset to the time server",
      description: "How many seconds is the clock off according to the time service?",
      unit: units.Seconds,
      width: 9,
      queries: [{ expr: `node_timex_offset_seconds{${SERVER}}`, legend: "offset" }],
      thresholds: thresholdsOf(alerts, "ClockDrifting", "offset"),
      signed: true,
    }),
    graph({
      title: "Clock offset to Prometheus",
      description:
        "How far is the clock from the clock of the Prometheus server? The offset includes the duration of a scrape.",
      unit: units.Seconds,
      width: 5,
      queries: [
        { expr: `abs(node_time_seconds{${SERVER}} - timestamp(node_time_seconds{${SERVER}}))`, legend: "offset" },
      ],
      thresholds: thresholdsOf(alerts, "ClockWrong", "warning", "critical"),
    }),
    stat({
      title: "Time synchronisation",
      description: "Does the kernel report that a time service keeps the clock synchronised?",
      unit: units.NoUnit,
      width: 5,
      height: GRAPH_HEIGHT,
      queries: [{ expr: `node_timex_sync_status{${SERVER}}`, legend: "clock" }],
      mappings: {
        0: { text: "not synchronised", color: Colours.WARNING },
        1: { text: "synchronised", color: Colours.GOOD },
      },
    }),
    stat({
      title: "Operating system",
      description: "Which operating system and kernel does the server run?",
      unit: units.NoUnit,
      width: 5,
      height: GRAPH_HEIGHT,
      queries: [
        { expr: `node_os_info{${SERVER}}`, legend: "{{pretty_name}}" },
        { expr: `node_uname_info{${SERVER}}`, legend: "{{sysname}} {{release}}" },
      ],
      text: BigValueTextMode.Name,
    }),
  ];
}
