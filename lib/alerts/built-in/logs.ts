import { AGENT_DROPS, AGENT_REQUESTS, UNPARSED } from "../../logs/agent-metrics";
import { FAILED_LOGINS, LOGIN_PARTS } from "../../logs/logins";
import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, minutes, percent } from "../definition";
import { Evaluator, Severity } from "../rule";

const BY_SERVER = "sum by (instance, monitoring)";
const BY_LOG = "sum by (instance, monitoring, job)";

/** How often log agents got an answer from Loki, or none, as a status: -1 stands for none. */
function answered(status: string): string {
  const rates = AGENT_REQUESTS.map((metric) => `rate(${metric}{job="log_agent",status_code${status}}[5m])`);
  return `${BY_SERVER} (${rates.join(" or ")})`;
}

/** Log agents, watched by Prometheus: what does not arrive in Loki, no rule of Loki can see. */
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
            // That the server is down has an alert of its own.
            `max by (instance, monitoring) (up{job="log_agent"} == 0) and on (instance, monitoring) up{job="node"} == 1`,
            `or (${answered('!~"2.."')} > 0 unless ${answered('=~"2.."')} > 0)`,
          ].join("\n"),
      },
    ],
    summary: "{{ $labels.instance }} sends no logs",
    description:
      "The log agent of {{ $labels.instance }} does not run, or Loki takes nothing from it: what happens there is not seen in the logs, and no alert about them fires. It keeps its place in files and journal, so that nothing is lost yet.",
    dashboard: Uids.OWN_LOGS,
  }),
  define({
    name: "LogLinesDropped",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: { window: minutes(15, "the time in which they are counted") },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) => {
          const drops = AGENT_DROPS.map((metric) => `increase(${metric}{job="log_agent"}[${t.window}m])`);
          return `${BY_SERVER} (${drops.join(" or ")}) > 0`;
        },
      },
    ],
    summary: "{{ $labels.instance }} sends log lines that Loki refuses",
    description:
      'The log agent of {{ $labels.instance }} gave up batches of together {{ printf "%.0f" $value }} lines, for Loki refused some in each for what they are. These are missing in Loki; in their files and in the journal they still are.',
    dashboard: Uids.OWN_LOGS,
  }),
  define({
    name: "LogLinesUnparsed",
    group: "log_agents",
    kinds: ["log_agent"],
    thresholds: {
      lines: { value: 40, unit: "lines", meaning: "lines within the window that are not in the form of their source" },
      window: minutes(5, "the time in which they are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        expr: (t) =>
          `${BY_SERVER} (increase(${UNPARSED.prefix}${UNPARSED.name}{job="log_agent"}[${t.window}m])) > ${t.lines}`,
      },
    ],
    summary: "Log lines of {{ $labels.instance }} are not understood",
    description:
      '{{ printf "%.0f" $value }} lines of {{ $labels.instance }} are not in the form that their log sources were declared with. They are in Loki, with the time of the line before, and without the labels that would have been parsed from them.',
    dashboard: Uids.OWN_LOGS,
  }),
];

/** What Loki's ruler finds in the logs. */
export const logAlerts: readonly AlertDefinition[] = [
  define({
    name: "SshBruteForce",
    group: "logs",
    evaluator: Evaluator.LOKI,
    kinds: ["loki"],
    thresholds: {
      attempts: { value: 20, unit: "attempts", meaning: "failed logins by SSH from one address within the window" },
      window: minutes(10, "the time in which they are counted"),
    },
    levels: [
      {
        severity: Severity.WARNING,
        // By address within, but not in the alert: an attack from many would be many alerts.
        expr: (t) => {
          const failed = `{job="sshd",kind="audit"} ${FAILED_LOGINS} ${LOGIN_PARTS}`;
          return `max by (instance, monitoring) (sum by (instance, monitoring, source) (count_over_time(${failed} [${t.window}m]))) > ${t.attempts}`;
        },
      },
    ],
    summary: "Somebody tries to log in to {{ $labels.instance }} by SSH again and again",
    description:
      "{{ $value }} logins by SSH to {{ $labels.instance }} failed that came from one address. The dashboard Audit names it and the users that were tried: see whether one of these logins succeeded, and close the port to it.",
    dashboard: Uids.AUDIT,
  }),
  define({
    name: "HttpErrorsBurst",
    group: "logs",
    evaluator: Evaluator.LOKI,
    kinds: ["loki"],
    lineLabels: ["status_class"],
    thresholds: {
      share: percent(5, "requests that were answered by 5xx"),
      errors: { value: 10, unit: "requests", meaning: "answered by 5xx within the window, below which nobody is told" },
      window: minutes(5, "the time in which they are counted"),
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
    summary: "{{ $labels.job }} on {{ $labels.instance }} fails requests",
    description:
      '{{ $labels.job }} on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of all requests by 5xx. The dashboard Application logs names the paths, and its error log says why.',
    dashboard: Uids.LOGS,
  }),
];
