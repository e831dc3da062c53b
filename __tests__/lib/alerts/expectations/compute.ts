import { APP, Labels, critical, metrics, series, Situation, warning, withoutJob } from "../../../support/expectations";

const GB = 1e9;
const SERVER = withoutJob(APP);

/** A server with 100 GB of memory, of which `available` bytes are available. */
const memory = (available: string) =>
  metrics(APP, { node_memory_MemTotal_bytes: `${100 * GB}x120`, node_memory_MemAvailable_bytes: available });

/** A server with 10 GB of swap and 100 GB of memory. */
const swap = (swapFree: string, available: string, swapTotal = `${10 * GB}x60`) => ({
  ...memory(available),
  ...metrics(APP, { node_memory_SwapTotal_bytes: swapTotal, node_memory_SwapFree_bytes: swapFree }),
});

/** CPUs, each with the seconds of a minute that it spends in each mode. */
function cpus(...all: readonly Labels[]): Record<string, string> {
  return Object.fromEntries(
    all.flatMap((modes, cpu) =>
      Object.entries(modes).map(([mode, seconds]) => [
        series("node_cpu_seconds_total", { ...APP, cpu: `${cpu}`, mode }),
        `0+${seconds}x120`,
      ]),
    ),
  );
}

/** Ten CPUs, of which one is in the mode `one` and all others in the mode `others`. */
const tenCpus = (one: string, others: string) =>
  cpus({ [one]: "60", [others]: "0" }, ...Array.from({ length: 9 }, (): Labels => ({ [others]: "60", [one]: "0" })));

const FOUR_CPUS = cpus(...Array.from({ length: 4 }, () => ({ idle: "1", user: "2", system: "3" })));

export const compute: readonly Situation[] = [
  {
    alert: "MemoryShort",
    when: "4 of 100 GB are available",
    series: memory(`${4 * GB}x60`),
    fires: {
      4: [],
      5: [critical(APP, "app uses 96 % of its memory")],
      14: [critical(APP)],
      15: [critical(APP), warning(APP)],
    },
  },
  {
    alert: "MemoryShort",
    when: "5 of 100 GB are available",
    series: memory(`${5 * GB}x60`),
    fires: { 60: [warning(APP)] },
  },
  {
    alert: "MemoryShort",
    when: "9 of 100 GB are available",
    series: memory(`${9 * GB}x60`),
    fires: { 14: [], 15: [warning(APP)] },
  },
  { alert: "MemoryShort", when: "10 of 100 GB are available", series: memory(`${10 * GB}x60`), fires: { 60: [] } },
  {
    alert: "SwapFull",
    when: "1.9 of 10 GB of swap and 14 of 100 GB of memory are left",
    series: swap(`${1.9 * GB}x60`, `${14 * GB}x60`),
    fires: { 14: [], 15: [warning(APP, "app uses 81 % of its swap")] },
  },
  {
    alert: "SwapFull",
    when: "2 of 10 GB of swap are left",
    series: swap(`${2 * GB}x60`, `${14 * GB}x60`),
    fires: { 60: [] },
  },
  {
    alert: "SwapFull",
    when: "unused pages fill the swap and 15 GB of memory are left",
    series: swap("0x60", `${15 * GB}x60`),
    fires: { 60: [] },
  },
  {
    alert: "SwapFull",
    when: "a server has no swap and little memory",
    series: swap("0x60", `${1 * GB}x60`, "0x60"),
    fires: { 60: [] },
  },
  {
    alert: "OutOfMemoryKill",
    when: "the kernel kills a process (fires for 15 minutes)",
    series: metrics(APP, { node_vmstat_oom_kill: "0x19 1x60" }),
    fires: {
      19: [],
      20: [warning(APP, "app ran out of memory, and the kernel killed a process")],
      33: [warning(APP)],
      34: [],
    },
  },
  {
    alert: "OutOfMemoryKill",
    when: "the kernel killed processes long ago",
    series: metrics(APP, { node_vmstat_oom_kill: "7x60" }),
    fires: { 60: [] },
  },
  {
    alert: "MemoryThrashing",
    when: "510 pages per second are read from disk",
    series: metrics(APP, { node_vmstat_pgmajfault: "1000000+30600x60" }),
    fires: { 18: [], 19: [warning(APP, "app is thrashing: processes wait for memory pages from disk")] },
  },
  {
    alert: "MemoryThrashing",
    when: "500 pages per second are read from disk",
    series: metrics(APP, { node_vmstat_pgmajfault: "1000000+30000x60" }),
    fires: { 60: [] },
  },
  {
    alert: "CpuBusy",
    when: "a CPU works 55 of 60 seconds",
    series: cpus({ user: "35", system: "20", idle: "4", iowait: "1" }),
    fires: {
      30: [],
      31: [warning(SERVER, "The CPUs of app are 92 % busy")],
    },
  },
  {
    alert: "CpuBusy",
    when: "nine of ten CPUs are always busy",
    series: tenCpus("idle", "user"),
    fires: { 90: [] },
  },
  {
    alert: "CpuBusy",
    when: "the CPUs wait for disks and for the hypervisor",
    series: cpus({ user: "30", iowait: "20", steal: "10" }),
    fires: { 90: [] },
  },
  {
    alert: "CpuStolen",
    when: "the hypervisor withholds 6.2 of 60 seconds",
    series: cpus({ user: "20", idle: "33.8", steal: "6.2" }),
    fires: { 30: [], 31: [warning(SERVER, "The hypervisor withholds 10 % of the CPU time of app")] },
  },
  {
    alert: "CpuStolen",
    when: "the hypervisor withholds one of ten CPUs",
    series: tenCpus("steal", "idle"),
    fires: { 90: [] },
  },
  {
    alert: "CpuWaiting",
    when: "the CPUs wait 31 of 60 seconds",
    series: cpus({ user: "9", idle: "20", iowait: "31" }),
    fires: { 64: [], 65: [warning(SERVER, "The CPUs of app wait for disks 52 % of the time")] },
  },
  {
    alert: "CpuWaiting",
    when: "a backup makes one of two CPUs wait all the time",
    series: cpus({ iowait: "60", idle: "0" }, { iowait: "0", idle: "60" }),
    fires: { 100: [] },
  },
  {
    alert: "LoadHigh",
    when: "four CPUs have 8.2 tasks",
    series: { ...FOUR_CPUS, ...metrics(APP, { node_load5: "8.2x60" }) },
    fires: { 14: [], 15: [warning(SERVER, "The load of app is 2.0 per CPU")] },
  },
  {
    alert: "LoadHigh",
    when: "four CPUs have 8 tasks",
    series: { ...FOUR_CPUS, ...metrics(APP, { node_load5: "8x60" }) },
    fires: { 60: [] },
  },
];
