import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { DashboardSubject } from "../dashboard";
import { buildDashboard } from "../builders/dashboard-builder";
import { logLines, RANGE, INTERVAL } from "../builders/log-panels";
import { graph, stat } from "../builders/panels";
import { orZero } from "../expressions";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { monitoringJobs } from "./log-jobs";

const BAD = 'level=~"error|critical"';

/** What the monitoring's own components log. */
export function buildMonitoringLogsDashboard(subject: DashboardSubject): DashboardModel {
  const own = monitoringJobs(subject).join("|");
  const chosen = `instance=~"$instance",job=~"$job",job=~"${own}"`;
  return buildDashboard(subject, {
    uid: Uids.MONITORING_LOGS,
    title: "Monitoring logs",
    description: "What do the components of the monitoring log, and which of them have trouble?",
    alerts: ',job!="node"',
    variables: [
      { label: "instance", title: "Server", selector: `{job=~"${own}"}`, logs: true },
      { label: "job", title: "Component", selector: `{job=~"${own}"}`, logs: true },
    ],
    sections: [
      { panels: overview(chosen) },
      { title: "Over time", panels: graphs(chosen) },
      { title: "Lines", panels: newest(chosen) },
    ],
  });
}

function overview(chosen: string): Builder<Panel>[] {
  const number = (title: string, description: string, expr: string) =>
    stat({
      title,
      description,
      unit: units.Short,
      width: 4,
      logs: true,
      queries: [{ expr: orZero(expr), legend: title }],
    });
  const of = (more: string) => `count_over_time({${chosen}${more}}${RANGE})`;
  return [
    number("Lines", "How many lines were written in the time that is shown?", `sum(${of("")})`),
    number("Critical", "How many lines of the level critical?", `sum(${of(',level="critical"')})`),
    number("Errors", "How many lines of the level error?", `sum(${of(',level="error"')})`),
    number("Warnings", "How many lines of the level warning?", `sum(${of(',level="warning"')})`),
    number("Components with errors", "How many components have trouble?", `count(sum by (job) (${of(`,${BAD}`)}))`),
    number("Servers with errors", "On how many servers?", `count(sum by (instance) (${of(`,${BAD}`)}))`),
  ];
}

function graphs(chosen: string): Builder<Panel>[] {
  const drawn = { unit: units.Short, width: 12, logs: true, bars: true, stacked: true };
  return [
    graph({
      ...drawn,
      title: "Lines by component",
      description: "Which component writes how much?",
      queries: [{ expr: `sum by (job) (count_over_time({${chosen}}${INTERVAL}))`, legend: "{{job}}" }],
    }),
    graph({
      ...drawn,
      title: "Errors by component",
      description: "Which component has trouble, on which server, and since when?",
      queries: [
        {
          expr: `sum by (job, instance) (count_over_time({${chosen},${BAD}}${INTERVAL}))`,
          legend: "{{job}} {{instance}}",
        },
      ],
    }),
  ];
}

function newest(chosen: string): Builder<Panel>[] {
  return [
    logLines({
      title: "Newest errors",
      description: "What went wrong?",
      expr: `{${chosen},${BAD}}`,
      width: 24,
      height: 10,
    }),
    logLines({ title: "Newest lines", description: "What is written at present?", expr: `{${chosen}}`, width: 24 }),
  ];
}
