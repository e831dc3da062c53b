/** Matcher for the node exporters of all servers. */
export const ALL_SERVERS = 'job="node"';

/** Range for `rate()`: the interval between two points of a graph, but long enough to contain two samples. */
export const RATE_INTERVAL = "[$__rate_interval]";

/** Values of servers that answer now. A server that is down has no value instead of an old one. */
export function whileUp(expr: string): string {
  return `(${expr}) and on (instance) up{${ALL_SERVERS}} == 1`;
}

/** CPU time in use, in percent, as in the alert `CpuBusy`: without iowait and steal. */
export function cpuUsed(servers: string): string {
  const time = (modes: string) =>
    `sum by (instance) (rate(node_cpu_seconds_total{${servers}${modes}}${RATE_INTERVAL}))`;
  return `100 * ${time(',mode!~"idle|iowait|steal"')} / ${time("")}`;
}

/** Memory in use, in percent, without caches that the kernel can drop. */
export function memoryUsed(servers: string): string {
  return percentUsed(`node_memory_MemTotal_bytes{${servers}}`, `node_memory_MemAvailable_bytes{${servers}}`);
}

/** Space in use of each writable file system, in percent, as in `df` and the alert `DiskFull`. */
export function spaceUsed(servers: string): string {
  const used = `(node_filesystem_size_bytes{${servers}} - node_filesystem_free_bytes{${servers}})`;
  return `100 * ${used} / (${used} + node_filesystem_avail_bytes{${servers}}) and node_filesystem_readonly{${servers}} == 0`;
}

/** Inodes in use of each writable file system that counts inodes, in percent. */
export function inodesUsed(servers: string): string {
  const used = percentUsed(`node_filesystem_files{${servers}}`, `node_filesystem_files_free{${servers}}`);
  return `${used} and node_filesystem_readonly{${servers}} == 0`;
}

/**
 * Tasks that run or wait, per CPU.
 *
 * @param minutes period of the average: 1, 5 or 15
 */
export function loadPerCpu(servers: string, minutes: number): string {
  return `node_load${minutes}{${servers}} / on (instance) count by (instance) (node_cpu_seconds_total{${servers},mode="idle"})`;
}

/** Matcher for the alerts that notify people. */
export const NOTIFYING = 'severity=~"warning|critical"';

/** Firing alerts. Each Prometheus also stores the alerts about logs, because Loki writes their state to Prometheus. */
export function firingAlerts(matchers: string): string {
  return `ALERTS{alertstate="firing",${matchers}}`;
}

/** Times at which firing alerts became active, in seconds since 1970. */
export function alertStarts(matchers: string): string {
  return `(ALERTS_FOR_STATE{${matchers}} and ignoring (alertstate) ${firingAlerts(matchers)})`;
}

/** A count that is zero instead of empty. */
export function orZero(count: string): string {
  return `${count} or vector(0)`;
}

function percentUsed(total: string, left: string): string {
  return `100 * (${total} - ${left}) / ${total}`;
}
