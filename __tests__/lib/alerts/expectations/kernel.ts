import { APP, critical, metrics, Situation, warning } from "../../../support/expectations";

const files = (open: string) => metrics(APP, { node_filefd_allocated: open, node_filefd_maximum: "10000x120" });
const connections = (entries: string) =>
  metrics(APP, { node_nf_conntrack_entries: entries, node_nf_conntrack_entries_limit: "10000x120" });
const clock = (synchronised: number, error: number) =>
  metrics(APP, { node_timex_sync_status: `${synchronised}x60`, node_timex_maxerror_seconds: `${error}x60` });
/** The time of a server whose clock is off by `offset` seconds and runs at the normal rate. */
const time = (offset: number) => metrics(APP, { node_time_seconds: `${offset}+60x60` });

export const kernel: readonly Situation[] = [
  {
    alert: "FileDescriptorsShort",
    when: "9100 of 10000 descriptors are open",
    series: files("9100x60"),
    fires: {
      4: [],
      5: [critical(APP, "app uses 91 % of its file descriptors")],
      14: [critical(APP)],
      15: [critical(APP), warning(APP)],
    },
  },
  {
    alert: "FileDescriptorsShort",
    when: "9000 of 10000 descriptors are open",
    series: files("9000x60"),
    fires: { 60: [warning(APP)] },
  },
  {
    alert: "FileDescriptorsShort",
    when: "7600 of 10000 descriptors are open",
    series: files("7600x60"),
    fires: { 14: [], 15: [warning(APP)] },
  },
  {
    alert: "FileDescriptorsShort",
    when: "7500 of 10000 descriptors are open",
    series: files("7500x60"),
    fires: { 60: [] },
  },
  {
    alert: "ConntrackFull",
    when: "the table has 9100 of 10000 entries",
    series: connections("9100x60"),
    fires: {
      1: [],
      2: [critical(APP, "The connection tracking table of app is 91 % full")],
      9: [critical(APP)],
      10: [critical(APP), warning(APP)],
    },
  },
  {
    alert: "ConntrackFull",
    when: "the table has 9000 of 10000 entries",
    series: connections("9000x60"),
    fires: { 60: [warning(APP)] },
  },
  {
    alert: "ConntrackFull",
    when: "the table has 7600 of 10000 entries",
    series: connections("7600x60"),
    fires: { 9: [], 10: [warning(APP)] },
  },
  {
    alert: "ConntrackFull",
    when: "the table has 7500 of 10000 entries",
    series: connections("7500x60"),
    fires: { 60: [] },
  },
  {
    alert: "ClockWrong",
    when: "a clock is 61 seconds fast",
    series: time(61),
    fires: {
      4: [],
      5: [critical(APP, "The clock of app is off by 1m 1s")],
      9: [critical(APP)],
      10: [critical(APP), warning(APP)],
    },
  },
  { alert: "ClockWrong", when: "a clock is a minute slow", series: time(-60), fires: { 60: [warning(APP)] } },
  {
    alert: "ClockWrong",
    when: "a clock is 5.1 seconds slow",
    series: time(-5.1),
    fires: { 9: [], 10: [warning(APP)] },
  },
  { alert: "ClockWrong", when: "a clock is 5 seconds fast", series: time(5), fires: { 60: [] } },
  {
    alert: "ClockDrifting",
    when: "a clock is 51 ms off its time server",
    series: metrics(APP, { node_timex_offset_seconds: "-0.051x60" }),
    fires: { 9: [], 10: [warning(APP, "The clock of app differs from its time server by 51ms")] },
  },
  {
    alert: "ClockDrifting",
    when: "a clock is 50 ms off its time server",
    series: metrics(APP, { node_timex_offset_seconds: "0.05x60" }),
    fires: { 60: [] },
  },
  {
    alert: "ClockNotSynchronised",
    when: "no time service runs",
    series: clock(0, 16),
    fires: { 14: [], 15: [warning(APP, "The clock of app is not synchronised")] },
  },
  {
    alert: "ClockNotSynchronised",
    when: "the time service has just lost its time server",
    series: clock(0, 15.9),
    fires: { 60: [] },
  },
  {
    alert: "ClockNotSynchronised",
    when: "the estimated error exceeds the kernel's limit",
    series: clock(0, 16.1),
    fires: { 60: [warning(APP)] },
  },
  { alert: "ClockNotSynchronised", when: "the clock is synchronised", series: clock(1, 16), fires: { 60: [] } },
];
