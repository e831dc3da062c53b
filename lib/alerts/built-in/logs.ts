import { AGENT_DROPS, AGENT_REQUESTS, ALLOY_COMPONENTS, UNPARSED_LINES } from "../../logs/agent-metrics";
import { FAILED_LOGINS, LOGIN_FIELDS } from "../../logs/login-queries";
import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Evaluator, Severity } from "../rule";

const BY_SERVER = "sum by (instance, monitoring)";
const BY_LOG = "sum by (instance, monitoring, job)";

/** Returns the rate of Loki's answers to log agents with a status that matches; -1 stands for no answer. */
function answered(status: string): string {
  const rates = AGENT_REQUESTS.map((metric) => `rate(${metric}{job="log_agent",status_code${status}}[5m])`);
  return `${BY_SERVER} (${rates.join(" or ")})`;
}

/**
 * Returns how many of its refusals the check of senders logged for each server: at most one of each kind per minute. Only lines of
 * the servers of Loki count, because every server can send such lines as its own.
 */
function refusals(kinds: string, window: number, lokis: readonly string[]): string {
  const servers = lokis.map((name) => name.replaceAll(".", "[.]")).join("|");
  const fields = 'json logger="logger", sender="sender", refused="refused"';
  const lines = `{job="gateway",instance=~"${servers}"} | ${fields} | logger="log_senders" | refused=~"${kinds}"`;
  return `${BY_SERVER} (count_over_time(${lines} | label_format instance=sender [${window}m]))`;
}

/** Alerts about log agents. Prometheus evaluates them, because Loki cannot see lines that do not arrive. */
export const logAgentAlerts: readonly AlertDefinition[] = [
  define({
    name: "LogsSilent",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: () =>
          [
            // A server that is down has its own alert.
            `max by (instance, monitoring) (up{job="log_agent"} == 0) and on (instance, monitoring) up{job="node"} == 1`,
            `or (${answered('!~"2.."')} > 0 unless ${answered('=~"2.."')} > 0)`,
          ].join("\n"),
      },
    ],
    summary: "{{ $labels.instance }} sends no logs",
    description:
      "The log agent of {{ $labels.instance }} is down, or Loki accepts nothing from it. New log lines of the server are missing in Loki, and alerts based on logs do not fire. The agent sends the lines later from the files and the journal.",
    dashboard: Uids.MONITORING_LOGS,
  }),
  define({
    name: "LogLinesDropped",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: { window: minutes(15, "range in which lines are counted") },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) => {
          const drops = AGENT_DROPS.map((metric) => `increase(${metric}{job="log_agent"}[${t.window}m])`);
          return `${BY_SERVER} (${drops.join(" or ")}) > 0`;
        },
      },
    ],
    summary: "{{ $labels.instance }} sends log lines that Loki rejects",
    description:
      'The log agent of {{ $labels.instance }} discarded batches with {{ printf "%.0f" $value }} lines in total, because Loki permanently rejected some lines of each. The rejected lines are missing in Loki. The files and the journal still contain them.',
    dashboard: Uids.MONITORING_LOGS,
  }),
  define({
    name: "LogLinesUnparsed",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: {
      lines: { value: 40, unit: "lines", meaning: "lines within the window that do not match their format" },
      window: minutes(5, "range in which lines are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) =>
          `${BY_SERVER} (increase(${UNPARSED_LINES.prefix}${UNPARSED_LINES.name}{job="log_agent"}[${t.window}m])) > ${t.lines}`,
      },
    ],
    summary: "Log lines of {{ $labels.instance }} do not match their format",
    description:
      '{{ printf "%.0f" $value }} lines of {{ $labels.instance }} do not match the format of their log source. Loki stores them with the timestamp of the previous line and without parsed labels.',
    dashboard: Uids.MONITORING_LOGS,
  }),
  define({
    name: "LogAgentUnhealthy",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // The duration of the Alloy mixin. Promtail has no components, so the alert stays quiet.
        for: "15m",
        expr: () => `${BY_SERVER} (${ALLOY_COMPONENTS.byHealth}{job="log_agent",health_type!="healthy"}) > 0`,
      },
    ],
    summary: "Components of the log agent of {{ $labels.instance }} are unhealthy",
    description:
      "{{ $value }} components of Alloy, the log agent of {{ $labels.instance }}, are unhealthy or have exited. Log sources may be missing in Loki. The journal of the agent names the components.",
    dashboard: Uids.MONITORING_LOGS,
  }),
  define({
    name: "LogAgentSlow",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: {},
    levels: [
      {
        severity: Severity.WARNING,
        // The duration and the range of the Alloy mixin. Alloy counts evaluations that take longer than a minute.
        for: "15m",
        expr: () =>
          `sum by (instance, monitoring, component_id) (rate(${ALLOY_COMPONENTS.slowEvaluations}{job="log_agent"}[10m])) > 0`,
      },
    ],
    summary: "The log agent of {{ $labels.instance }} updates its components slowly",
    description:
      "The component {{ $labels.component_id }} of Alloy, the log agent of {{ $labels.instance }}, needs more than a minute to apply a change. New log files are read late. The server is overloaded, or the agent has very many files.",
    dashboard: Uids.MONITORING_LOGS,
  }),
];

/** Alerts on log lines, which Loki's ruler evaluates. */
export const logAlerts: readonly AlertDefinition[] = [
  define({
    name: "SshBruteForce",
    group: "logs",
    evaluator: Evaluator.LOKI,
    kinds: ["loki"],
    thresholds: {
      attempts: { value: 20, unit: "attempts", meaning: "failed SSH logins from one address within the window" },
      window: minutes(10, "range in which logins are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        // The address is not a label of the alert, because an attack from many addresses would cause many alerts.
        expr: (t, { controllers }) => {
          const others = controllers.map((cidr) => ` | source != ip("${cidr}")`).join("");
          const failed = `{job="sshd",kind="audit"} ${FAILED_LOGINS} ${LOGIN_FIELDS}${others}`;
          return `max by (instance, monitoring) (sum by (instance, monitoring, source) (count_over_time(${failed} [${t.window}m]))) > ${t.attempts}`;
        },
      },
    ],
    summary: "Many SSH logins to {{ $labels.instance }} fail",
    description:
      "{{ $value }} SSH logins to {{ $labels.instance }} from one address failed. The addresses in controllers do not count. The dashboard Audit shows the address and the user names. Check whether one of these logins succeeded, and close the port to the address.",
    dashboard: Uids.AUDIT,
  }),
  define({
    name: "HttpErrorsBurst",
    group: "logs",
    evaluator: Evaluator.LOKI,
    kinds: ["loki"],
    lineLabels: ["status_class"],
    thresholds: {
      share: percent(5, "requests answered with status 5xx"),
      errors: {
        value: 10,
        unit: "requests",
        meaning: "minimum number of requests answered with status 5xx within the window",
      },
      window: minutes(5, "range in which requests are counted"),
    },
    levels: [
      {
        severity: Severity.CRITICAL,
        for: "1m",
        expr: (t) => {
          const count = (status: string) => `${BY_LOG} (count_over_time({status_class=~"${status}"}[${t.window}m]))`;
          return `100 * ${count("5xx")} / ${count(".+")} > ${t.share} and ${count("5xx")} >= ${t.errors}`;
        },
      },
    ],
    summary: "{{ $labels.job }} on {{ $labels.instance }} answers requests with errors",
    description:
      '{{ $labels.job }} on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of its requests with status 5xx. The dashboard Application logs shows the paths, and the error log shows the cause.',
    dashboard: Uids.APPLICATION_LOGS,
  }),
  define({
    name: "LogsOfAnotherServer",
    group: "logs",
    evaluator: Evaluator.LOKI,
    kinds: ["loki"],
    thresholds: { window: minutes(10, "range in which refusals are counted") },
    levels: [{ severity: Severity.CRITICAL, expr: (t, { lokis }) => `${refusals("instance", t.window, lokis)} > 0` }],
    summary: "{{ $labels.instance }} sends log lines as another server",
    description:
      "The log agent of {{ $labels.instance }} tries to send lines with the name of another server. They were rejected. Somebody may be forging logs on {{ $labels.instance }}. The journal of the gateway shows the name that was used.",
    dashboard: Uids.MONITORING_LOGS,
  }),
  define({
    name: "LogSenderLimited",
    group: "logs",
    evaluator: Evaluator.LOKI,
    kinds: ["loki"],
    thresholds: {
      minutes: { value: 5, unit: "minutes", meaning: "minutes within the window in which lines of a server wait" },
      window: minutes(10, "range in which these minutes are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t, { lokis }) => `${refusals("rate|requests|streams", t.window, lokis)} >= ${t.minutes}`,
      },
    ],
    summary: "{{ $labels.instance }} sends more log lines than one server may",
    description:
      "{{ $labels.instance }} has reached the limit for the rate or the streams of one server for {{ $value }} minutes. Its lines arrive late, and those of new streams above the limit are discarded. The journal of the gateway names the limit.",
    dashboard: Uids.MONITORING_LOGS,
  }),
];
