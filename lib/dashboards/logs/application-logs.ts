import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Severity } from "../../alerts/rule";
import { BUILT_IN_SOURCES } from "../../logs/built-in-sources";
import { DashboardSubject } from "../dashboard-subject";
import { buildDashboard } from "../builders/dashboard-builder";
import { lineCount, LineCountOptions, logLines, RANGE } from "../builders/log-panels";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { ERRORS, errorGraph, lineGraph } from "./line-graphs";
import { applicationJobs, hasLabel, monitoringJobs } from "./log-jobs";
import { requestPanels } from "./requests";

/** Builds the dashboard of the logs of applications and web servers. */
export function buildApplicationLogsDashboard(subject: DashboardSubject): DashboardModel {
  const jobs = applicationJobs(subject);
  const others = [...BUILT_IN_SOURCES.map(({ name }) => name), ...monitoringJobs(subject)];
  // Jobs are excluded instead of listed, because other roles may add log sources that synthesis does not know.
  const selected = `instance=~"$instance",job=~"$job",job!~"${others.join("|")}"`;
  const requests = hasLabel(subject, jobs, "status_class");
  const levels = hasLabel(subject, jobs, "level");
  const all = `monitoring=~".+",job!~"${others.join("|")}"`;
  return buildDashboard(subject, {
    uid: Uids.APPLICATION_LOGS,
    description: "What do applications and web servers log, and which lines are errors?",
    variables: [
      { label: "instance", title: "Server", selector: `{${all}}`, logs: true },
      { label: "job", title: "Log", selector: `{${all}}`, logs: true },
    ],
    sections: [
      { panels: overview(selected, requests, levels) },
      ...(requests ? [{ title: "Requests", panels: requestPanels(selected) }] : []),
      { title: "Log lines", panels: linePanels(selected, levels) },
    ],
  });
}

function overview(selected: string, requests: boolean, levels: boolean): Builder<Panel>[] {
  const count = (more: string) => `sum(count_over_time({${selected}${more}}${RANGE}))`;
  const share = (status: string) => `100 * ${count(`,status_class="${status}"`)} / ${count(',status_class=~".+"')}`;
  const shown: readonly Omit<LineCountOptions, "width">[] = [
    { title: "Lines", description: "How many lines were written in the selected time range?", expr: count("") },
    ...(levels
      ? [
          {
            title: "Errors",
            description: "How many lines have the level error or critical?",
            expr: count(`,${ERRORS}`),
            severity: Severity.CRITICAL,
          },
          {
            title: "Warnings",
            description: "How many lines have the level warning?",
            expr: count(',level="warning"'),
            severity: Severity.WARNING,
          },
        ]
      : []),
    ...(requests
      ? [
          { title: "Requests", description: "How many requests were answered?", expr: count(',status_class=~".+"') },
          {
            title: "4xx share",
            description: "What percentage of the requests was rejected, or asked for something that does not exist?",
            expr: share("4xx"),
            unit: units.Percent,
            severity: Severity.WARNING,
          },
          {
            title: "5xx share",
            description: "What percentage of the requests failed because of a server error?",
            expr: share("5xx"),
            unit: units.Percent,
            severity: Severity.CRITICAL,
          },
        ]
      : []),
  ];
  return shown.map((each) => lineCount({ ...each, width: 24 / shown.length }));
}

function linePanels(selected: string, levels: boolean): Builder<Panel>[] {
  const lines = {
    title: "Lines",
    description: "Which log grows, and on which server?",
    selected,
    width: levels ? 12 : 24,
    noLines: "No lines",
  };
  return [
    lineGraph({ ...lines, by: ["job", "instance"] }),
    ...(levels
      ? [
          errorGraph({
            title: "Errors",
            description: "When were errors logged, in which log and on which server?",
            selected,
            width: 12,
            by: ["job", "instance"],
            noLines: "No errors",
          }),
          logLines({
            title: "Newest errors",
            description: "Which errors were logged last?",
            expr: `{${selected},${ERRORS}}`,
            width: 24,
            height: 10,
          }),
        ]
      : []),
    logLines({
      title: "Newest lines",
      description: "Which lines were logged last?",
      expr: `{${selected}}`,
      width: 24,
    }),
  ];
}
