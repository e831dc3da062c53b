import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours } from "../builders/colours";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { barColumn, table } from "../builders/tables";
import { inodesUsed, RATE_INTERVAL, spaceUsed } from "../expressions";
import { SERVER } from "./selector";

/** The query adds 1 for a read-only file system and 2 for a device error. */
const STATES = {
  0: { text: "writable", color: Colours.PLAIN },
  1: { text: "read-only", color: Colours.WARNING },
  2: { text: "error", color: Colours.CRITICAL },
  3: { text: "error", color: Colours.CRITICAL },
} as const;

/** Builds the panels of file systems (space, inodes) and disks (throughput, utilization, queue). */
export function diskPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [...fileSystems(alerts), ...disks(alerts)];
}

function fileSystems(alerts: readonly Alert[]): Builder<Panel>[] {
  const space = thresholdsOf(alerts, "DiskFull", "warning", "critical");
  const inodes = thresholdsOf(alerts, "InodesFull", "warning", "critical");
  const byMount = (expr: string) => `max by (mountpoint, device) (${expr})`;
  return [
    table({
      title: "File systems",
      description:
        "How much space is left, and is every file system writable? The kernel makes a file system with errors read-only.",
      width: 14,
      height: 8,
      sort: [{ column: "Used" }],
      columns: [
        { title: "Mount point", label: "mountpoint" },
        { title: "Device", label: "device" },
        { title: "Size", expr: byMount(`node_filesystem_size_bytes{${SERVER}}`), unit: units.BytesIEC, width: 90 },
        {
          title: "Available",
          expr: byMount(`node_filesystem_avail_bytes{${SERVER}}`),
          unit: units.BytesIEC,
          width: 90,
        },
        barColumn("Used", byMount(spaceUsed(SERVER)), space),
        barColumn("Inodes", byMount(inodesUsed(SERVER)), inodes),
        {
          title: "State",
          expr: byMount(`2 * node_filesystem_device_error{${SERVER}} + node_filesystem_readonly{${SERVER}}`),
          mappings: STATES,
          width: 90,
        },
      ],
    }),
    graph({
      title: "Disk space used",
      description: "Is a file system filling up, and since when?",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: spaceUsed(SERVER), legend: "{{mountpoint}}" }],
      thresholds: space,
      max: 100,
    }),
    graph({
      title: "Inodes used",
      description:
        "Do many small files use up the inodes? Without a free inode, no file can be created, even if space is left.",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: inodesUsed(SERVER), legend: "{{mountpoint}}" }],
      thresholds: inodes,
      max: 100,
    }),
  ];
}

function disks(alerts: readonly Alert[]): Builder<Panel>[] {
  const rate = (counter: string) => `rate(node_disk_${counter}_total{${SERVER}}${RATE_INTERVAL})`;
  return [
    graph({
      title: "Disk throughput",
      description: "How much is read from the disks (above zero) and written to them (below)?",
      unit: units.BytesPerSecondIEC,
      width: 9,
      queries: [
        { expr: rate("read_bytes"), legend: "{{device}} read" },
        { expr: rate("written_bytes"), legend: "{{device}} written", below: true },
      ],
    }),
    graph({
      title: "Disk operations",
      description: "How many reads (above zero) and writes (below) complete per second?",
      unit: units.IOOpsPerSecond,
      width: 5,
      queries: [
        { expr: rate("reads_completed"), legend: "{{device}} read" },
        { expr: rate("writes_completed"), legend: "{{device}} written", below: true },
      ],
    }),
    graph({
      title: "Disk utilization",
      description:
        "How much of the time is the disk busy? A disk that serves requests in parallel can take more load even at 100 %.",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: `100 * ${rate("io_time_seconds")}`, legend: "{{device}}" }],
      max: 100,
    }),
    graph({
      title: "Disk queue",
      description:
        "How many requests wait for the disk on average? The longer the queue, the slower reads and writes are.",
      unit: units.Short,
      width: 5,
      queries: [{ expr: rate("io_time_weighted_seconds"), legend: "{{device}}" }],
      thresholds: thresholdsOf(alerts, "DiskSaturated", "queue"),
    }),
  ];
}
