/** The servers' node exporters. */
export const ALL_SERVERS = 'job="node"';

/** Over the time between two points of a graph, but never so short that a rate had no two samples. */
export const RATE_INTERVAL = "[$__rate_interval]";

/** Processor time in use, in percent, as the alert `CpuBusy` counts it: what waits for disks, or was taken away, is not. */
export function cpuUsed(servers: string): string {
  const time = (modes: string) =>
    `sum by (instance) (rate(node_cpu_seconds_total{${servers}${modes}}${RATE_INTERVAL}))`;
  return `100 * ${time(',mode!~"idle|iowait|steal"')} / ${time("")}`;
}

/** Memory in use, in percent, without the caches that the kernel would drop. */
export function memoryUsed(servers: string): string {
  return percentUsed(`node_memory_MemTotal_bytes{${servers}}`, `node_memory_MemAvailable_bytes{${servers}}`);
}

/** Space in use of each file system that can be written to, in percent, as df and the alert `DiskFull` have it. */
export function spaceUsed(servers: string): string {
  const used = `(node_filesystem_size_bytes{${servers}} - node_filesystem_free_bytes{${servers}})`;
  return `100 * ${used} / (${used} + node_filesystem_avail_bytes{${servers}}) and node_filesystem_readonly{${servers}} == 0`;
}

/** Inodes in use of each file system that counts them and can be written to, in percent. */
export function inodesUsed(servers: string): string {
  const used = percentUsed(`node_filesystem_files{${servers}}`, `node_filesystem_files_free{${servers}}`);
  return `${used} and node_filesystem_readonly{${servers}} == 0`;
}

/**
 * Tasks that run or wait, for each processor.
 *
 * @param minutes over how long: 1, 5 or 15
 */
export function loadPerCpu(servers: string, minutes: number): string {
  return `node_load${minutes}{${servers}} / on (instance) count by (instance) (node_cpu_seconds_total{${servers},mode="idle"})`;
}

/** Firing alerts that people are told of. */
export function firingAlerts(matchers = ""): string {
  return `ALERTS{alertstate="firing",severity=~"warning|critical"${matchers}}`;
}

/** A count that is zero where there is nothing to count. */
export function orZero(count: string): string {
  return `${count} or vector(0)`;
}

function percentUsed(total: string, left: string): string {
  return `100 * (${total} - ${left}) / ${total}`;
}
