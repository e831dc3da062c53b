import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours, thresholdsOf } from "../builders/thresholds";
import { graph, GRAPH_HEIGHT, stat } from "../builders/panels";
import { table } from "../builders/tables";
import { SERVER } from "./selector";

/** Services of systemd, tables of the kernel, and the clock. */
export function systemPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...services(), ...kernel(alerts), ...clock(alerts)];
}

/** Of the states, "failed" is the last by the alphabet, so that those come first in a list that is sorted downwards. */
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
      description: "Which services run, start, or have failed? Those that are not started are left out.",
      width: 9,
      height: GRAPH_HEIGHT,
      sort: "State",
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
      title: "Units",
      description: "How many units of systemd are in which state, and since when?",
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
      description: "How many of the files and sockets that the kernel admits are open?",
      unit: units.Percent,
      width: 5,
      queries: [
        { expr: `100 * node_filefd_allocated{${SERVER}} / node_filefd_maximum{${SERVER}}`, legend: "of the limit" },
      ],
      thresholds: thresholdsOf(alerts, "FileDescriptorsShort", "warning", "critical"),
    }),
    graph({
      title: "Tracked connections",
      description: "How full is the firewall's table of connections? When it is full, new ones are dropped.",
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
      title: "Clock against its time server",
      description: "How far does the time service find the clock off? Before or behind, in seconds.",
      unit: units.Seconds,
      width: 9,
      queries: [{ expr: `node_timex_offset_seconds{${SERVER}}`, legend: "off" }],
      thresholds: thresholdsOf(alerts, "ClockDrifting", "offset"),
      signed: true,
    }),
    graph({
      title: "Clock against Prometheus",
      description: "How far is the clock off the one of Prometheus' server? A scrape's own duration is part of it.",
      unit: units.Seconds,
      width: 5,
      queries: [{ expr: `abs(node_time_seconds{${SERVER}} - timestamp(node_time_seconds{${SERVER}}))`, legend: "off" }],
      thresholds: thresholdsOf(alerts, "ClockWrong", "warning", "critical"),
    }),
    stat({
      title: "Time service",
      description: "Does a time service keep the clock right, as the kernel sees it?",
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
      title: "System",
      description: "What runs here?",
      unit: units.NoUnit,
      width: 5,
      height: GRAPH_HEIGHT,
      queries: [
        { expr: `node_os_info{${SERVER}}`, legend: "{{pretty_name}}" },
        { expr: `node_uname_info{${SERVER}}`, legend: "{{sysname}} {{release}}" },
      ],
      showName: true,
    }),
  ];
}
