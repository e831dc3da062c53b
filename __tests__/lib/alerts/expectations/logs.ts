import { APP, metrics, series, Situation, warning, withoutJob } from "../../../support/expectations";

const AGENT = { ...APP, job: "log_agent" };
const WHERE = withoutJob(APP);
const REQUESTS = "_request_duration_seconds_count";
const up = { [series("up", { ...APP })]: "1x60", [series("up", AGENT)]: "1x60" };

/** Requests to Loki with the status code `status`, as the agent `program` counts them. */
function requests(program: "loki_write" | "promtail", status: string, values: string): Record<string, string> {
  return metrics({ ...AGENT, host: "hub:3100", status_code: status }, { [`${program}${REQUESTS}`]: values });
}

/** Alloy's components of one health. */
const components = (health: string, values: string, job = "log_agent") =>
  metrics({ ...AGENT, job, health_type: health }, { alloy_component_controller_running_components: values });

/** Seconds that slow evaluations of one of Alloy's components take. */
const evaluations = (seconds: string, job = "log_agent") =>
  metrics(
    { ...AGENT, job, component_id: "local.file_match.nginx" },
    { alloy_component_evaluation_slow_seconds: seconds },
  );

/** The expectations of the alerts about log agents. */
export const logs: readonly Situation[] = [
  {
    alert: "LogsSilent",
    when: "the agent is down and its server is up",
    series: { ...up, [series("up", AGENT)]: "1x9 0x50" },
    fires: {
      19: [],
      20: [
        warning(
          WHERE,
          "app sends no logs",
          "The log agent of app is down, or Loki accepts nothing from it. New log lines of the server are missing in Loki, and alerts based on logs do not fire. The agent sends the lines later from the files and the journal.",
        ),
      ],
    },
  },
  {
    alert: "LogsSilent",
    when: "the server is down, too, which has its own alert",
    series: { [series("up", { ...APP })]: "0x60", [series("up", AGENT)]: "0x60" },
    fires: { 60: [] },
  },
  {
    alert: "LogsSilent",
    when: "another target of the server is down",
    series: { ...up, [series("up", { ...APP, job: "site" })]: "0x60" },
    fires: { 60: [] },
  },
  ...(["loki_write", "promtail"] as const).flatMap((program): Situation[] => [
    {
      alert: "LogsSilent",
      when: `${program}: Loki stops answering`,
      series: { ...up, ...requests(program, "204", "0+10x9 90x50"), ...requests(program, "-1", "0x9 0+10x50") },
      // The last successful answer counts for five minutes.
      fires: { 22: [], 23: [warning(WHERE)], 50: [warning(WHERE)] },
    },
    {
      alert: "LogsSilent",
      when: `${program}: Loki accepts some requests and rejects others`,
      series: { ...up, ...requests(program, "204", "0+10x60"), ...requests(program, "400", "0+1x60") },
      fires: { 60: [] },
    },
    {
      alert: "LogsSilent",
      when: `${program}: the agent has nothing to send`,
      series: { ...up, ...requests(program, "204", "90x60"), ...requests(program, "500", "7x60") },
      fires: { 60: [] },
    },
    {
      alert: "LogsSilent",
      when: `${program}: another job gets no answer`,
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
      when: `${program}: the agent discards lines once`,
      series: metrics(
        { ...AGENT, host: "hub:3100", reason: "ingester_error" },
        { [`${program}_dropped_entries_total`]: "0x9 30x50" },
      ),
      fires: {
        9: [],
        10: [warning(WHERE, "app sends log lines that Loki rejects")],
        23: [warning(WHERE)],
        24: [],
      },
    },
    {
      alert: "LogLinesDropped",
      when: `${program}: the agent discarded lines long ago`,
      series: metrics(
        { ...AGENT, host: "hub:3100", reason: "rate_limited" },
        { [`${program}_dropped_entries_total`]: "500x60" },
      ),
      fires: { 60: [] },
    },
    {
      alert: "LogLinesDropped",
      when: `${program}: another job discards lines`,
      series: metrics(
        { ...AGENT, job: "site", reason: "rate_limited" },
        { [`${program}_dropped_entries_total`]: "0+10x60" },
      ),
      fires: { 60: [] },
    },
  ]),
  {
    alert: "LogLinesUnparsed",
    when: "the format of a log has changed",
    series: metrics({ ...AGENT, exported_job: "shop" }, { log_agent_unparsed_lines_total: "1+8.3x60" }),
    fires: { 4: [], 5: [warning(WHERE, "Log lines of app do not match their format")], 50: [warning(WHERE)] },
  },
  {
    alert: "LogLinesUnparsed",
    when: "40 lines in five minutes are malformed",
    series: metrics({ ...AGENT, exported_job: "shop" }, { log_agent_unparsed_lines_total: "1+8x60" }),
    fires: { 5: [], 60: [] },
  },
  {
    alert: "LogLinesUnparsed",
    when: "another job counts unparsed lines",
    series: metrics({ ...AGENT, job: "site" }, { log_agent_unparsed_lines_total: "1+300x60" }),
    fires: { 60: [] },
  },
  {
    alert: "LogAgentUnhealthy",
    when: "a component of Alloy becomes unhealthy",
    series: { ...components("healthy", "9x9 8x50"), ...components("unhealthy", "0x9 1x50") },
    fires: { 24: [], 25: [warning(WHERE, "Components of the log agent of app are unhealthy")] },
  },
  {
    alert: "LogAgentUnhealthy",
    when: "a component of Alloy exits",
    series: { ...components("healthy", "8x60"), ...components("exited", "_x9 1x50") },
    fires: { 23: [], 24: [warning(WHERE)] },
  },
  {
    alert: "LogAgentUnhealthy",
    when: "all components of Alloy are healthy",
    series: { ...components("healthy", "9x60"), ...components("unhealthy", "0x60") },
    fires: { 60: [] },
  },
  {
    alert: "LogAgentUnhealthy",
    when: "a component of another Alloy is unhealthy",
    series: components("unhealthy", "1x60", "alloy"),
    fires: { 60: [] },
  },
  {
    alert: "LogAgentSlow",
    when: "evaluations of a component take more than a minute again and again",
    series: evaluations("0+65x60"),
    fires: {
      15: [],
      16: [
        warning(
          { ...WHERE, component_id: "local.file_match.nginx" },
          "The log agent of app updates its components slowly",
        ),
      ],
    },
  },
  {
    alert: "LogAgentSlow",
    when: "one evaluation takes more than a minute",
    series: evaluations("0x9 65x50"),
    fires: { 18: [], 25: [], 60: [] },
  },
  {
    alert: "LogAgentSlow",
    when: "another Alloy is slow",
    series: evaluations("0+65x60", "alloy"),
    fires: { 60: [] },
  },
];
