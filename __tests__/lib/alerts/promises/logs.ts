import { APP, metrics, series, Situation, warning, withoutJob } from "../../../support/promises";

const AGENT = { ...APP, job: "log_agent" };
const WHERE = withoutJob(APP);
const REQUESTS = "_request_duration_seconds_count";
const up = { [series("up", { ...APP })]: "1x60", [series("up", AGENT)]: "1x60" };

/** Requests to Loki with some answer, as one of the agents counts them. */
function requests(program: "loki_write" | "promtail", status: string, values: string): Record<string, string> {
  return metrics({ ...AGENT, host: "hub:3100", status_code: status }, { [`${program}${REQUESTS}`]: values });
}

/** What log agents promise. */
export const logs: readonly Situation[] = [
  {
    alert: "LogsSilent",
    when: "the agent is gone, and its server is there",
    series: { ...up, [series("up", AGENT)]: "1x9 0x50" },
    fires: {
      19: [],
      20: [
        warning(
          WHERE,
          "app sends no logs",
          "The log agent of app does not run, or Loki takes nothing from it: what happens there is not seen in the logs, and no alert about them fires. It keeps its place in files and journal, so that nothing is lost yet.",
        ),
      ],
    },
  },
  {
    alert: "LogsSilent",
    when: "the server is gone, too: that has an alert of its own",
    series: { [series("up", { ...APP })]: "0x60", [series("up", AGENT)]: "0x60" },
    fires: { 60: [] },
  },
  {
    alert: "LogsSilent",
    when: "another target of the server is gone",
    series: { ...up, [series("up", { ...APP, job: "site" })]: "0x60" },
    fires: { 60: [] },
  },
  ...(["loki_write", "promtail"] as const).flatMap((program): Situation[] => [
    {
      alert: "LogsSilent",
      when: `${program}: Loki gives no answer any more`,
      series: { ...up, ...requests(program, "204", "0+10x9 90x50"), ...requests(program, "-1", "0x9 0+10x50") },
      // Five minutes after the last good answer none counts any more.
      fires: { 22: [], 23: [warning(WHERE)], 50: [warning(WHERE)] },
    },
    {
      alert: "LogsSilent",
      when: `${program}: Loki takes some, and refuses some`,
      series: { ...up, ...requests(program, "204", "0+10x60"), ...requests(program, "400", "0+1x60") },
      fires: { 60: [] },
    },
    {
      alert: "LogsSilent",
      when: `${program}: it has nothing to send`,
      series: { ...up, ...requests(program, "204", "90x60"), ...requests(program, "500", "7x60") },
      fires: { 60: [] },
    },
    {
      alert: "LogsSilent",
      when: `${program}: somebody else than a log agent has no answer`,
      series: {
        ...up,
        ...metrics({ ...AGENT, job: "site", status_code: "500" }, { [`${program}${REQUESTS}`]: "0+10x60" }),
      },
      fires: { 60: [] },
    },
  ]),
  ...(["loki_write", "promtail"] as const).flatMap((program): Situation[] => [
    {
      alert: "LogLinesDropped",
      when: `${program}: it gave up lines once`,
      series: metrics(
        { ...AGENT, host: "hub:3100", reason: "ingester_error" },
        { [`${program}_dropped_entries_total`]: "0x9 30x50" },
      ),
      fires: {
        9: [],
        10: [warning(WHERE, "app sends log lines that Loki refuses")],
        23: [warning(WHERE)],
        24: [],
      },
    },
    {
      alert: "LogLinesDropped",
      when: `${program}: it gave up some long ago`,
      series: metrics(
        { ...AGENT, host: "hub:3100", reason: "rate_limited" },
        { [`${program}_dropped_entries_total`]: "500x60" },
      ),
      fires: { 60: [] },
    },
    {
      alert: "LogLinesDropped",
      when: `${program}: somebody else does`,
      series: metrics(
        { ...AGENT, job: "site", reason: "rate_limited" },
        { [`${program}_dropped_entries_total`]: "0+10x60" },
      ),
      fires: { 60: [] },
    },
  ]),
  {
    alert: "LogLinesUnparsed",
    when: "a format was changed",
    series: metrics({ ...AGENT, exported_job: "shop" }, { log_agent_unparsed_lines_total: "1+8.3x60" }),
    fires: { 4: [], 5: [warning(WHERE, "Log lines of app are not understood")], 50: [warning(WHERE)] },
  },
  {
    alert: "LogLinesUnparsed",
    when: "a few lines are torn: forty in five minutes",
    series: metrics({ ...AGENT, exported_job: "shop" }, { log_agent_unparsed_lines_total: "1+8x60" }),
    fires: { 5: [], 60: [] },
  },
  {
    alert: "LogLinesUnparsed",
    when: "somebody else counts such",
    series: metrics({ ...AGENT, job: "site" }, { log_agent_unparsed_lines_total: "1+300x60" }),
    fires: { 60: [] },
  },
];
