import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours } from "../builders/colours";
import { graph } from "../builders/panels";
import { barColumn, table } from "../builders/tables";
import { thresholdsOf } from "../builders/thresholds";
import { inodesUsed, RATE_INTERVAL, spaceUsed } from "../expressions";
import { SERVER } from "./selector";

/** The query adds 1 for a read-only file system and 2 for a device error. */
const STATES = {
  0: { text: "writable", color: Colours.PLAIN },
  1: { text: "read-only", color: Colours.WARNING },
  2: { text: "error", color: Colours.CRITICAL },
  3: { text: "error", color: Colours.CRITICAL },
} as const;

/** Builds the panels of file systems (space, inodes) and disks (throughput, latency, utilization, queue). */
export function diskPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  return [fileSystems(alerts), ...usage(alerts), ...traffic(), ...saturation(alerts)];
}

function fileSystems(alerts: readonly Alert[]): Builder<Panel> {
  const byMount = (expr: string) => `max by (mountpoint, device) (${expr})`;
  return table({
    title: "File systems",
    description:
      "How much space is left, and is every file system writable? The kernel makes a file system with errors read-only.",
    width: 24,
    height: 7,
    sort: [{ column: "State" }, { column: "Used" }],
    columns: [
      { title: "Mount point", label: "mountpoint" },
      { title: "Device", label: "device" },
      {
        title: "State",
        expr: byMount(`2 * node_filesystem_device_error{${SERVER}} + node_filesystem_readonly{${SERVER}}`),
        mappings: STATES,
        width: 100,
      },
      { title: "Size", expr: byMount(`node_filesystem_size_bytes{${SERVER}}`), unit: units.BytesIEC, width: 100 },
      {
        title: "Available",
        expr: byMount(`node_filesystem_avail_bytes{${SERVER}}`),
        unit: units.BytesIEC,
        width: 100,
      },
      barColumn("Used", byMount(spaceUsed(SERVER)), thresholdsOf(alerts, "DiskFull", "warning", "critical")),
      barColumn("Inodes", byMount(inodesUsed(SERVER)), thresholdsOf(alerts, "InodesFull", "warning", "critical")),
    ],
  });
}

function usage(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Disk space used",
      description: "Is a file system filling up, and since when?",
      unit: units.Percent,
      width: 12,
      decimals: 1,
      queries: [{ expr: spaceUsed(SERVER), legend: "{{mountpoint}}" }],
      thresholds: thresholdsOf(alerts, "DiskFull", "warning", "critical"),
      max: 100,
    }),
    graph({
      title: "Inodes used",
      description:
        "Do many small files use up the inodes? Without a free inode, no file can be created, even if space is left.",
      unit: units.Percent,
      width: 12,
      decimals: 1,
      queries: [{ expr: inodesUsed(SERVER), legend: "{{mountpoint}}" }],
      thresholds: thresholdsOf(alerts, "InodesFull", "warning", "critical"),
      softMax: 10,
    }),
  ];
}

function rate(counter: string): string {
  return `rate(node_disk_${counter}_total{${SERVER}}${RATE_INTERVAL})`;
}

/** Average duration of an operation; zero without operations. */
function latency(time: string, operations: string): string {
  return `${rate(time)} / (${rate(operations)} > 0) or 0 * ${rate(operations)}`;
}

function traffic(): Builder<Panel>[] {
  return [
    graph({
      title: "Disk throughput",
      description: "How much is read from the disks (above zero) and written to them (below)?",
      unit: units.BytesPerSecondIEC,
      width: 12,
      queries: [
        { expr: rate("read_bytes"), legend: "{{device}} read" },
        { expr: rate("written_bytes"), legend: "{{device}} written", below: true },
      ],
    }),
    graph({
      title: "Disk operations",
      description: "How many reads (above zero) and writes (below) complete per second?",
      unit: units.IOOpsPerSecond,
      width: 12,
      queries: [
        { expr: rate("reads_completed"), legend: "{{device}} read" },
        { expr: rate("writes_completed"), legend: "{{device}} written", below: true },
      ],
    }),
  ];
}

function saturation(alerts: readonly Alert[]): Builder<Panel>[] {
  return [
    graph({
      title: "Disk latency",
      description:
        "How long does a read or a write take on average, including its time in the queue? An SSD usually needs about 1 ms, a hard disk about 10 ms.",
      unit: units.Seconds,
      width: 8,
      queries: [
        { expr: latency("read_time_seconds", "reads_completed"), legend: "{{device}} read" },
        { expr: latency("write_time_seconds", "writes_completed"), legend: "{{device}} written" },
      ],
      thresholds: thresholdsOf(alerts, "DiskSlow", "latency"),
    }),
    graph({
      title: "Disk utilization",
      description:
        "How much of the time is the disk busy? A disk that serves requests in parallel can take more load even at 100 %.",
      unit: units.Percent,
      width: 8,
      queries: [{ expr: `100 * ${rate("io_time_seconds")}`, legend: "{{device}}" }],
      softMax: 10,
    }),
    graph({
      title: "Disk queue",
      description:
        "How many requests wait for the disk on average? The longer the queue, the slower reads and writes are.",
      unit: units.Short,
      width: 8,
      queries: [{ expr: rate("io_time_weighted_seconds"), legend: "{{device}}" }],
      thresholds: thresholdsOf(alerts, "DiskSaturated", "queue"),
    }),
  ];
}
