import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { Colours, thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { barColumn, table } from "../builders/tables";
import { inodesUsed, RATE_INTERVAL, spaceUsed } from "../expressions";
import { SERVER } from "./selector";

/** Read-only is one, an error of the device is two. */
const STATES = {
  0: { text: "writable", color: Colours.PLAIN },
  1: { text: "read-only", color: Colours.WARNING },
  2: { text: "error", color: Colours.CRITICAL },
  3: { text: "error", color: Colours.CRITICAL },
} as const;

/** File systems: space and inodes; and the disks below them: how busy they are, and what waits for them. */
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
      description: "Where is space left, and is all of it writable? The kernel makes read-only what has errors.",
      width: 14,
      height: 8,
      sort: "Used",
      columns: [
        { title: "Mounted at", label: "mountpoint" },
        { title: "Device", label: "device" },
        { title: "Size", expr: byMount(`node_filesystem_size_bytes{${SERVER}}`), unit: units.BytesIEC, width: 90 },
        { title: "Left", expr: byMount(`node_filesystem_avail_bytes{${SERVER}}`), unit: units.BytesIEC, width: 90 },
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
      title: "Space used",
      description: "Does a file system run full, and since when?",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: spaceUsed(SERVER), legend: "{{mountpoint}}" }],
      thresholds: space,
      max: 100,
    }),
    graph({
      title: "Inodes used",
      description: "Do very many files use up the inodes? Without one no file can be made, whatever space there is.",
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
      title: "Throughput",
      description: "How much is read from the disks (above zero) and written to them (below)?",
      unit: units.BytesPerSecondIEC,
      width: 9,
      queries: [
        { expr: rate("read_bytes"), legend: "{{device}} read" },
        { expr: `-${rate("written_bytes")}`, legend: "{{device}} written" },
      ],
      signed: true,
    }),
    graph({
      title: "Operations",
      description: "How many reads (above zero) and writes (below) are done?",
      unit: units.IOOpsPerSecond,
      width: 5,
      queries: [
        { expr: rate("reads_completed"), legend: "{{device}} read" },
        { expr: `-${rate("writes_completed")}`, legend: "{{device}} written" },
      ],
      signed: true,
    }),
    graph({
      title: "Disk busy",
      description: "For how much of the time was the disk at work? One that takes many requests at once may take more.",
      unit: units.Percent,
      width: 5,
      queries: [{ expr: `100 * ${rate("io_time_seconds")}`, legend: "{{device}}" }],
      max: 100,
    }),
    graph({
      title: "Disk queue",
      description: "How many requests wait for the disk, on average? Then all that reads and writes there is slow.",
      unit: units.Short,
      width: 5,
      queries: [{ expr: rate("io_time_weighted_seconds"), legend: "{{device}}" }],
      thresholds: thresholdsOf(alerts, "DiskSaturated", "queue"),
    }),
  ];
}
