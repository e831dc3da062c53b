import { APP, Labels, critical, metrics, series, Situation, warning, withoutJob } from "../../../support/promises";

const GB = 1e9;
const SERVER = withoutJob(APP);

/** A server with 100 GB of memory, of which so many are available. */
const memory = (available: string) =>
  metrics(APP, { node_memory_MemTotal_bytes: `${100 * GB}x120`, node_memory_MemAvailable_bytes: available });

/** Processors, and how many seconds of each minute they spend in which mode. */
function processors(...all: readonly Labels[]): Record<string, string> {
  return Object.fromEntries(
    all.flatMap((modes, cpu) =>
      Object.entries(modes).map(([mode, seconds]) => [
        series("node_cpu_seconds_total", { ...APP, cpu: `${cpu}`, mode }),
        `0+${seconds}x120`,
      ]),
    ),
  );
}

/** Ten processors, of which one does something else than all others. */
const tenProcessors = (one: string, others: string) =>
  processors(
    { [one]: "60", [others]: "0" },
    ...Array.from({ length: 9 }, (): Labels => ({ [others]: "60", [one]: "0" })),
  );

const FOUR_PROCESSORS = processors(...Array.from({ length: 4 }, () => ({ idle: "1", user: "2", system: "3" })));

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
  { alert: "MemoryShort", when: "5 GB are", series: memory(`${5 * GB}x60`), fires: { 60: [warning(APP)] } },
  { alert: "MemoryShort", when: "9 GB are", series: memory(`${9 * GB}x60`), fires: { 14: [], 15: [warning(APP)] } },
  { alert: "MemoryShort", when: "10 GB are", series: memory(`${10 * GB}x60`), fires: { 60: [] } },
  {
    alert: "OutOfMemoryKill",
    when: "the kernel ends a process: told for a quarter of an hour",
    series: metrics(APP, { node_vmstat_oom_kill: "0x19 1x60" }),
    fires: {
      19: [],
      20: [warning(APP, "app had no memory left, and the kernel ended a process")],
      33: [warning(APP)],
      34: [],
    },
  },
  {
    alert: "OutOfMemoryKill",
    when: "it ended some long ago",
    series: metrics(APP, { node_vmstat_oom_kill: "7x60" }),
    fires: { 60: [] },
  },
  {
    alert: "MemoryThrashing",
    when: "510 pages a second are read from disk",
    series: metrics(APP, { node_vmstat_pgmajfault: "1000000+30600x60" }),
    fires: { 18: [], 19: [warning(APP, "app reads its programs' memory from disk again and again")] },
  },
  {
    alert: "MemoryThrashing",
    when: "500 are",
    series: metrics(APP, { node_vmstat_pgmajfault: "1000000+30000x60" }),
    fires: { 60: [] },
  },
  {
    alert: "CpuBusy",
    when: "processors work 55 of 60 seconds",
    series: processors({ user: "35", system: "20", idle: "4", iowait: "1" }),
    fires: {
      30: [],
      31: [warning(SERVER, "The processors of app are 92 % busy")],
    },
  },
  {
    alert: "CpuBusy",
    when: "nine of ten work all the time",
    series: tenProcessors("idle", "user"),
    fires: { 90: [] },
  },
  {
    alert: "CpuBusy",
    when: "they wait for disks, and for their host",
    series: processors({ user: "30", iowait: "20", steal: "10" }),
    fires: { 90: [] },
  },
  {
    alert: "CpuStolen",
    when: "the host takes 6.2 of 60 seconds",
    series: processors({ user: "20", idle: "33.8", steal: "6.2" }),
    fires: { 30: [], 31: [warning(SERVER, "app does not get 10 % of its processors")] },
  },
  {
    alert: "CpuStolen",
    when: "it takes one of ten processors",
    series: tenProcessors("steal", "idle"),
    fires: { 90: [] },
  },
  {
    alert: "LoadHigh",
    when: "four processors have 8.2 tasks",
    series: { ...FOUR_PROCESSORS, ...metrics(APP, { node_load5: "8.2x60" }) },
    fires: { 14: [], 15: [warning(SERVER, "The load of app is 2.0 per processor")] },
  },
  {
    alert: "LoadHigh",
    when: "they have 8",
    series: { ...FOUR_PROCESSORS, ...metrics(APP, { node_load5: "8x60" }) },
    fires: { 60: [] },
  },
];
