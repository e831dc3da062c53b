import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DashboardSubject } from "../dashboard-subject";
import { Colours } from "../builders/colours";
import { buildDashboard } from "../builders/dashboard-builder";
import { lineCount, logLines, ranking, RANGE } from "../builders/log-panels";
import { GRAPH_HEIGHT } from "../builders/panels";
import { PanelThreshold, RED_ABOVE_ZERO, ORANGE_ABOVE_ZERO } from "../builders/thresholds";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { ERRORS, errorGraph, lineGraph } from "./line-graphs";
import { monitoringJobs } from "./log-jobs";

/** Excludes the statistics that Loki writes about each query, among them the queries of this dashboard. */
const WITHOUT_STATISTICS = '!~ "level=info .*caller=(metrics|engine|roundtrip)[.]go:"';
/** Extracts the message of a line in logfmt, and leaves out other lines. */
const MESSAGE = '| logfmt msg | __error__="" | msg!=""';

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
      { title: "Errors", panels: errors(selected) },
      { title: "All lines", panels: lines(selected) },
    ],
  });
}

function overview(selected: string): Builder<Panel>[] {
  const number = (title: string, description: string, expr: string, thresholds?: readonly PanelThreshold[]) =>
    lineCount({ title, description, expr, thresholds, width: 4 });
  const counted = (more: string) => `count_over_time({${selected}${more}}${RANGE})`;
  return [
    number("Lines", "How many lines were written in the selected time range?", `sum(${counted("")})`),
    number(
      "Critical",
      "How many lines have the level critical?",
      `sum(${counted(',level="critical"')})`,
      RED_ABOVE_ZERO,
    ),
    number("Errors", "How many lines have the level error?", `sum(${counted(',level="error"')})`, RED_ABOVE_ZERO),
    number(
      "Warnings",
      "How many lines have the level warning?",
      `sum(${counted(',level="warning"')})`,
      ORANGE_ABOVE_ZERO,
    ),
    number(
      "Components with errors",
      "How many components logged errors?",
      `count(sum by (job) (${counted(`,${ERRORS}`)}))`,
      RED_ABOVE_ZERO,
    ),
    number(
      "Servers with errors",
      "On how many servers did components log errors?",
      `count(sum by (instance) (${counted(`,${ERRORS}`)}))`,
      RED_ABOVE_ZERO,
    ),
  ];
}

function errors(selected: string): Builder<Panel>[] {
  return [
    errorGraph({
      title: "Errors by component",
      description: "Which component logs errors, on which server and since when?",
      selected,
      by: ["job", "instance"],
      noLines: "No errors",
      width: 12,
    }),
    ranking({
      title: "Most frequent errors",
      description: "Which errors does a component report most?",
      expr: `sum by (job, msg) (count_over_time({${selected},${ERRORS}} ${MESSAGE}${RANGE}))`,
      labels: [
        { label: "job", title: "Component", width: 120 },
        { label: "msg", title: "Message" },
      ],
      counted: "Lines",
      colour: Colours.CRITICAL,
      noRows: "No errors",
      width: 12,
      height: GRAPH_HEIGHT,
    }),
    logLines({
      title: "Newest errors",
      description: "Which errors were logged last?",
      expr: `{${selected},${ERRORS}}`,
      noLines: "No errors",
      width: 24,
      height: 10,
    }),
  ];
}

function lines(selected: string): Builder<Panel>[] {
  return [
    lineGraph({
      title: "Lines by component",
      description: "How many lines does each component write?",
      selected,
      by: ["job"],
      noLines: "No lines",
      width: 12,
    }),
    lineGraph({
      title: "Lines by level",
      description: "How many lines are errors or warnings?",
      selected,
      by: ["level"],
      noLines: "No lines",
      width: 12,
    }),
    logLines({
      title: "Newest lines",
      description: "Which lines were logged last, without Loki's statistics of queries?",
      expr: `{${selected}} ${WITHOUT_STATISTICS}`,
      noLines: "No lines",
      width: 24,
    }),
  ];
}
