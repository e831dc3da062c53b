import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Severity } from "../../alerts/rule";
import { DashboardSubject } from "../dashboard-subject";
import { Colours, neutralColours } from "../builders/colours";
import { buildDashboard } from "../builders/dashboard-builder";
import { lineCount, LineCountOptions, logLines, ranking, RANGE } from "../builders/log-panels";
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
  const components = monitoringJobs(subject);
  const jobs = components.join("|");
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
      { title: "All lines", panels: lines(selected, components) },
    ],
  });
}

function overview(selected: string): Builder<Panel>[] {
  const lines = (more = "") => `count_over_time({${selected}${more}}${RANGE})`;
  const errors = lines(`,${ERRORS}`);
  const shown: readonly Omit<LineCountOptions, "width">[] = [
    { title: "Lines", description: "How many lines were written in the selected time range?", expr: `sum(${lines()})` },
    {
      title: "Warnings",
      description: "How many lines have the level warning?",
      expr: `sum(${lines(',level="warning"')})`,
      severity: Severity.WARNING,
    },
    {
      title: "Errors",
      description: "How many lines have the level error?",
      expr: `sum(${lines(',level="error"')})`,
      severity: Severity.CRITICAL,
    },
    {
      title: "Critical",
      description: "How many lines have the level critical?",
      expr: `sum(${lines(',level="critical"')})`,
      severity: Severity.CRITICAL,
    },
    {
      title: "Error share",
      description: "What percentage of the lines have the level error or critical?",
      expr: `100 * sum(${errors}) / sum(${lines()})`,
      unit: units.Percent,
      severity: Severity.CRITICAL,
    },
    {
      title: "Error logs",
      description: "How many logs contain errors? Each component has a log on each of its servers.",
      expr: `count(sum by (job, instance) (${errors}))`,
      severity: Severity.CRITICAL,
    },
  ];
  return shown.map((each) => lineCount({ ...each, width: 24 / shown.length }));
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
        { label: "job", title: "Component", width: 115 },
        { label: "msg", title: "Message" },
      ],
      counted: "Lines",
      colour: Colours.CRITICAL,
      noRows: "No errors",
      width: 12,
    }),
    logLines({
      title: "Newest errors",
      description: "Which errors were logged last?",
      expr: `{${selected},${ERRORS}}`,
      width: 24,
      height: 10,
    }),
  ];
}

function lines(selected: string, components: readonly string[]): Builder<Panel>[] {
  return [
    lineGraph({
      title: "Lines by component",
      description: "How many lines does each component write?",
      selected,
      by: ["job"],
      colours: neutralColours(components),
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
      width: 24,
    }),
  ];
}
