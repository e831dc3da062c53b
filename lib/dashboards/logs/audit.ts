import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import {
  ACCEPTED_LOGINS,
  FAILED_LOGINS,
  LOGIN_FIELDS,
  SUDO_DENIALS,
  SUDO_FIELDS,
  SUDO_USES,
} from "../../logs/login-queries";
import { DashboardSubject } from "../dashboard-subject";
import { buildDashboard } from "../builders/dashboard-builder";
import { logLines, ranking, RANGE, INTERVAL } from "../builders/log-panels";
import { graph, stat } from "../builders/panels";
import { orZero } from "../expressions";
import { DashboardModel } from "../model";
import { Uids } from "../uids";

const SELECTED = 'instance=~"$instance",kind="audit"';
const SSH = `{${SELECTED},job="sshd"}`;
const SUDO = `{${SELECTED},job="sudo"}`;
const KILLED = '{instance=~"$instance",job="kernel",kind="oom"}';

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
  const count = (title: string, description: string, selected: string) =>
    stat({
      title,
      description,
      unit: units.Short,
      width: 4,
      logs: true,
      queries: [{ expr: orZero(`sum(count_over_time(${selected}${RANGE}))`), legend: title }],
    });
  return [
    count("Logins", "How many SSH logins succeeded in the selected time range?", `${SSH} ${ACCEPTED_LOGINS}`),
    count("Failed logins", "How many SSH logins failed?", `${SSH} ${FAILED_LOGINS}`),
    count(
      "Logins as root",
      "How many SSH logins as root succeeded?",
      `${SSH} ${ACCEPTED_LOGINS} |= \` for root from \``,
    ),
    count("sudo commands", "How many commands did sudo run?", `${SUDO} ${SUDO_USES}`),
    count("Denied sudo commands", "How many commands did sudo deny?", `${SUDO} ${SUDO_DENIALS}`),
    count("OOM messages", "How many kernel messages say that memory ran out?", KILLED),
  ];
}

function loginPanels(): Builder<Panel>[] {
  const byUserAndSource = (filter: string) =>
    `sum by (user, source) (count_over_time(${SSH} ${filter} ${LOGIN_FIELDS}${RANGE}))`;
  const byServer = (filter: string) => `sum by (instance) (count_over_time(${SSH} ${filter}${INTERVAL}))`;
  const drawn = { unit: units.Short, width: 12, logs: true, bars: true, stacked: true };
  const users = { legend: "{{user}} from {{source}}", width: 12 };
  return [
    graph({
      ...drawn,
      title: "Accepted logins",
      description: "When did users log in, and on which server?",
      queries: [{ expr: byServer(ACCEPTED_LOGINS), legend: "{{instance}}" }],
    }),
    graph({
      ...drawn,
      title: "Failed logins",
      description: "When did logins fail? Counts rejected passwords, and connections that ended before a login.",
      queries: [{ expr: byServer(FAILED_LOGINS), legend: "{{instance}}" }],
    }),
    ranking({
      ...users,
      title: "Accepted logins by user",
      description: "Who logged in, and from where?",
      expr: byUserAndSource(ACCEPTED_LOGINS),
    }),
    ranking({
      ...users,
      title: "Failed logins by user",
      description: "Who failed to log in, and from where?",
      expr: byUserAndSource(FAILED_LOGINS),
    }),
  ];
}

function sudoPanels(): Builder<Panel>[] {
  const counted = (labels: string, filter: string) =>
    `sum by (${labels}) (count_over_time(${SUDO} ${filter} ${SUDO_FIELDS}${RANGE}))`;
  return [
    ranking({
      title: "Allowed commands",
      description: "Who ran which command, and as which user?",
      expr: counted("user, target, command", SUDO_USES),
      legend: "{{user}} as {{target}}: {{command}}",
      width: 12,
    }),
    ranking({
      title: "Denied commands",
      description: "Who was denied a command, and why?",
      expr: counted("user, reason", SUDO_DENIALS),
      legend: "{{user}}: {{reason}}",
      width: 12,
    }),
  ];
}
