import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { DashboardSubject } from "../dashboard-subject";
import { buildDashboard } from "../builders/dashboard-builder";
import { logLines, RANGE, INTERVAL } from "../builders/log-panels";
import { graph, stat } from "../builders/panels";
import { orZero } from "../expressions";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { monitoringJobs } from "./log-jobs";

const ERRORS = 'level=~"error|critical"';

/** Builds the dashboard of the logs of the monitoring components. */
export function buildMonitoringLogsDashboard(subject: DashboardSubject): DashboardModel {
  const jobs = monitoringJobs(subject).join("|");
  const selected = `instance=~"$instance",job=~"$job",job=~"${jobs}"`;
  return buildDashboard(subject, {
    uid: Uids.MONITORING_LOGS,
    description: "What do the monitoring components log, and which of them have errors?",
    alerts: ',job!="node"',
    variables: [
      { label: "instance", title: "Server", selector: `{job=~"${jobs}"}`, logs: true },
      { label: "job", title: "Component", selector: `{job=~"${jobs}"}`, logs: true },
    ],
    sections: [
      { panels: overview(selected) },
      { title: "Over time", panels: graphs(selected) },
      { title: "Log lines", panels: newest(selected) },
    ],
  });
}

function overview(selected: string): Builder<Panel>[] {
  const number = (title: string, description: string, expr: string) =>
    stat({
      title,
      description,
      unit: units.Short,
      width: 4,
      logs: true,
      queries: [{ expr: orZero(expr), legend: title }],
    });
  const counted = (more: string) => `count_over_time({${selected}${more}}${RANGE})`;
  return [
    number("Lines", "How many lines were written in the selected time range?", `sum(${counted("")})`),
    number("Critical", "How many lines have the level critical?", `sum(${counted(',level="critical"')})`),
    number("Errors", "How many lines have the level error?", `sum(${counted(',level="error"')})`),
    number("Warnings", "How many lines have the level warning?", `sum(${counted(',level="warning"')})`),
    number(
      "Components with errors",
      "How many components logged errors?",
      `count(sum by (job) (${counted(`,${ERRORS}`)}))`,
    ),
    number(
      "Servers with errors",
      "On how many servers did components log errors?",
      `count(sum by (instance) (${counted(`,${ERRORS}`)}))`,
    ),
  ];
}

function graphs(selected: string): Builder<Panel>[] {
  const drawn = { unit: units.Short, width: 12, logs: true, bars: true, stacked: true };
  return [
    graph({
      ...drawn,
      title: "Lines by component",
      description: "How many lines does each component write?",
      queries: [{ expr: `sum by (job) (count_over_time({${selected}}${INTERVAL}))`, legend: "{{job}}" }],
    }),
    graph({
      ...drawn,
      title: "Errors by component",
      description: "Which component logs errors, on which server and since when?",
      queries: [
        {
          expr: `sum by (job, instance) (count_over_time({${selected},${ERRORS}}${INTERVAL}))`,
          legend: "{{job}} {{instance}}",
        },
      ],
    }),
  ];
}

function newest(selected: string): Builder<Panel>[] {
  return [
    logLines({
      title: "Newest errors",
      description: "Which errors were logged last?",
      expr: `{${selected},${ERRORS}}`,
      width: 24,
      height: 10,
    }),
    logLines({ title: "Newest lines", description: "Which lines were logged last?", expr: `{${selected}}`, width: 24 }),
  ];
}
