import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  ACCEPTED_LOGINS,
  FAILED_LOGINS,
  LOGIN_FIELDS,
  SUDO_DENIALS,
  SUDO_FIELDS,
  SUDO_USES,
} from "../../logs/login-queries";
import { Severity } from "../../alerts/rule";
import { DashboardSubject } from "../dashboard-subject";
import { Colours } from "../builders/colours";
import { buildDashboard } from "../builders/dashboard-builder";
import { lineCount, logLines, ranking, RANGE } from "../builders/log-panels";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { lineGraph } from "./line-graphs";

const SELECTED = 'instance=~"$instance",kind="audit"';
const SSH = `${SELECTED},job="sshd"`;
const SUDO = `${SELECTED},job="sudo"`;
const KILLED = 'instance=~"$instance",job="kernel",kind="oom"';

/** Builds the dashboard of SSH logins, failed logins and sudo commands. */
export function buildAuditDashboard(subject: DashboardSubject): DashboardModel {
  return buildDashboard(subject, {
    uid: Uids.AUDIT,
    description: "Who logs in, who tries to, and who runs commands as another user?",
    variables: [{ label: "instance", title: "Server", selector: '{kind=~"audit|oom"}', logs: true }],
    sections: [
      { panels: overview() },
      { title: "SSH logins", panels: loginPanels() },
      { title: "sudo", panels: sudoPanels() },
      {
        title: "Log lines",
        panels: [
          logLines({
            title: "Newest lines",
            description: "What did sshd and sudo log last?",
            expr: `{${SELECTED}}`,
            width: 24,
          }),
        ],
      },
    ],
  });
}

function overview(): Builder<Panel>[] {
  const count = (title: string, description: string, lines: string, severity?: Severity) =>
    lineCount({ title, description, expr: `sum(count_over_time(${lines}${RANGE}))`, severity, width: 4 });
  return [
    count("Logins", "How many SSH logins succeeded in the selected time range?", `{${SSH}} ${ACCEPTED_LOGINS}`),
    count("Failed logins", "How many SSH logins failed?", `{${SSH}} ${FAILED_LOGINS}`, Severity.WARNING),
    count(
      "Root logins",
      "How many SSH logins as root succeeded?",
      `{${SSH}} ${ACCEPTED_LOGINS} |= \` for root from \``,
    ),
    count("sudo allowed", "How many commands did sudo run?", `{${SUDO}} ${SUDO_USES}`),
    count("sudo denied", "How many commands did sudo deny?", `{${SUDO}} ${SUDO_DENIALS}`, Severity.WARNING),
    count("OOM lines", "How many kernel messages say that memory ran out?", `{${KILLED}}`, Severity.CRITICAL),
  ];
}

function loginPanels(): Builder<Panel>[] {
  const graphed = { selected: SSH, by: ["instance"], width: 12 };
  const ranked = (filter: string) => ({
    expr: `sum by (user, source) (count_over_time({${SSH}} ${filter} ${LOGIN_FIELDS}${RANGE}))`,
    labels: [
      { label: "user", title: "User" },
      { label: "source", title: "Source" },
    ],
    counted: "Logins",
    width: 12,
  });
  return [
    lineGraph({
      ...graphed,
      title: "Accepted logins",
      description: "When did users log in, and on which server?",
      filter: ACCEPTED_LOGINS,
      noLines: "No logins",
      shades: Colours.GOOD,
    }),
    lineGraph({
      ...graphed,
      title: "Failed logins",
      description: "When did logins fail? Counts rejected passwords, and connections that ended before a login.",
      filter: FAILED_LOGINS,
      noLines: "No failed logins",
      shades: Colours.WARNING,
    }),
    ranking({
      ...ranked(ACCEPTED_LOGINS),
      title: "Accepted logins by user",
      description: "Who logged in, and from where?",
      colour: Colours.GOOD,
      noRows: "No logins",
    }),
    ranking({
      ...ranked(FAILED_LOGINS),
      title: "Failed logins by user",
      description: "Who failed to log in, and from where?",
      colour: Colours.WARNING,
      noRows: "No failed logins",
    }),
  ];
}

function sudoPanels(): Builder<Panel>[] {
  const ranked = (labels: string, filter: string) => ({
    expr: `sum by (${labels}) (count_over_time({${SUDO}} ${filter} ${SUDO_FIELDS}${RANGE}))`,
    counted: "Commands",
    width: 12,
  });
  return [
    ranking({
      ...ranked("user, target, command", SUDO_USES),
      title: "Allowed commands",
      description: "Who ran which command, and as which user?",
      labels: [
        { label: "user", title: "User", width: 90 },
        { label: "target", title: "Run as", width: 90 },
        { label: "command", title: "Command" },
      ],
      noRows: "No commands",
    }),
    ranking({
      ...ranked("user, command, reason", SUDO_DENIALS),
      title: "Denied commands",
      description: "Who was denied a command, why, and which one?",
      labels: [
        { label: "user", title: "User", width: 90 },
        { label: "reason", title: "Reason", minWidth: 165 },
        { label: "command", title: "Command" },
      ],
      colour: Colours.WARNING,
      noRows: "No denied commands",
    }),
  ];
}
