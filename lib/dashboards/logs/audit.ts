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
import { DashboardSubject } from "../dashboard";
import { buildDashboard } from "../builders/dashboard-builder";
import { logLines, ranking, RANGE, INTERVAL } from "../builders/log-panels";
import { graph, stat } from "../builders/panels";
import { orZero } from "../expressions";
import { DashboardModel } from "../model";
import { Uids } from "../uids";

const CHOSEN = 'instance=~"$instance",kind="audit"';
const SSH = `{${CHOSEN},job="sshd"}`;
const SUDO = `{${CHOSEN},job="sudo"}`;
const KILLED = '{instance=~"$instance",job="kernel",kind="oom"}';

/** Who came in, who did not, and what they did as others. */
export function buildAuditDashboard(subject: DashboardSubject): DashboardModel {
  return buildDashboard(subject, {
    uid: Uids.AUDIT,
    title: "Audit",
    description: "Who logs in, who tries to, and who becomes somebody else?",
    variables: [{ label: "instance", title: "Server", selector: '{kind=~"audit|oom"}', logs: true }],
    sections: [
      { panels: overview() },
      { title: "Logins by SSH", panels: loginPanels() },
      { title: "Sudo", panels: sudoPanels() },
      {
        title: "Lines",
        panels: [
          logLines({
            title: "Newest lines",
            description: "What do sshd and sudo write?",
            expr: `{${CHOSEN}}`,
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
    count("Logins", "How often did somebody log in, in the time that is shown?", `${SSH} ${ACCEPTED_LOGINS}`),
    count("Failed logins", "How often could somebody not log in?", `${SSH} ${FAILED_LOGINS}`),
    count(
      "Logins as root",
      "How often did somebody log in as root?",
      `${SSH} ${ACCEPTED_LOGINS} |= \` for root from \``,
    ),
    count("Uses of sudo", "How often did somebody do something as somebody else?", `${SUDO} ${SUDO_USES}`),
    count("Denied by sudo", "How often was that denied?", `${SUDO} ${SUDO_DENIALS}`),
    count("Killed for memory", "How many lines has the kernel about memory that ran out?", KILLED),
  ];
}

function loginPanels(): Builder<Panel>[] {
  const byBoth = (filter: string) =>
    `sum by (user, source) (count_over_time(${SSH} ${filter} ${LOGIN_FIELDS}${RANGE}))`;
  const over = (filter: string) => `sum by (instance) (count_over_time(${SSH} ${filter}${INTERVAL}))`;
  const drawn = { unit: units.Short, width: 12, logs: true, bars: true, stacked: true };
  const who = { legend: "{{user}} from {{source}}", width: 12 };
  return [
    graph({
      ...drawn,
      title: "Accepted",
      description: "When did people log in, and where?",
      queries: [{ expr: over(ACCEPTED_LOGINS), legend: "{{instance}}" }],
    }),
    graph({
      ...drawn,
      title: "Failed",
      description: "When could they not? Each refused password counts, and each connection that ended before a login.",
      queries: [{ expr: over(FAILED_LOGINS), legend: "{{instance}}" }],
    }),
    ranking({ ...who, title: "Who logged in", description: "Who, from where?", expr: byBoth(ACCEPTED_LOGINS) }),
    ranking({ ...who, title: "Who could not", description: "Who tried to, from where?", expr: byBoth(FAILED_LOGINS) }),
  ];
}

function sudoPanels(): Builder<Panel>[] {
  const counted = (labels: string, filter: string) =>
    `sum by (${labels}) (count_over_time(${SUDO} ${filter} ${SUDO_FIELDS}${RANGE}))`;
  return [
    ranking({
      title: "Allowed",
      description: "Who ran what, as whom?",
      expr: counted("user, target, command", SUDO_USES),
      legend: "{{user}} as {{target}}: {{command}}",
      width: 12,
    }),
    ranking({
      title: "Denied",
      description: "Who was not let, and why?",
      expr: counted("user, reason", SUDO_DENIALS),
      legend: "{{user}}: {{reason}}",
      width: 12,
    }),
  ];
}
