import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { BUILT_IN_SOURCES } from "../../logs/built-in-sources";
import { DashboardSubject } from "../dashboard";
import { buildDashboard } from "../builders/dashboard-builder";
import { logLines, ranking, RANGE, INTERVAL } from "../builders/log-panels";
import { graph, stat } from "../builders/panels";
import { orZero } from "../expressions";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { applicationJobs, hasLabel, monitoringJobs } from "./log-jobs";

/** The request in an access log's line, without what comes after a question mark. */
const REQUEST = '| regexp `"\\S+ (?P<path>[^ ?"]*)[^"]*" \\d{3} `';

/** What is logged by what the servers are for. */
export function buildApplicationLogsDashboard(subject: DashboardSubject): DashboardModel {
  const jobs = applicationJobs(subject);
  const others = [...BUILT_IN_SOURCES.map(({ name }) => name), ...monitoringJobs(subject)];
  // Others than those that are known at synthesis may be there: roles may bring sources of their own.
  const chosen = `instance=~"$instance",job=~"$job",job!~"${others.join("|")}"`;
  const requests = hasLabel(subject, jobs, "status_class");
  const levels = hasLabel(subject, jobs, "level");
  const all = `monitoring=~".+",job!~"${others.join("|")}"`;
  return buildDashboard(subject, {
    uid: Uids.APPLICATION_LOGS,
    title: "Application logs",
    description: "What do the applications and web servers log, and what of it is bad?",
    variables: [
      { label: "instance", title: "Server", selector: `{${all}}`, logs: true },
      { label: "job", title: "Log", selector: `{${all}}`, logs: true },
    ],
    sections: [
      { panels: overview(chosen, requests, levels) },
      ...(requests ? [{ title: "Requests", panels: requestPanels(chosen) }] : []),
      { title: "Lines", panels: linePanels(chosen, levels) },
    ],
  });
}

function overview(chosen: string, requests: boolean, levels: boolean): Builder<Panel>[] {
  const counted: readonly (readonly [title: string, description: string, selector: string, there: boolean])[] = [
    ["Lines", "How many lines were written in the time that is shown?", chosen, true],
    ["Errors", "How many lines of the levels error and critical?", `${chosen},level=~"error|critical"`, levels],
    ["Warnings", "How many lines of the level warning?", `${chosen},level="warning"`, levels],
    ["Requests", "How many requests were answered?", `${chosen},status_class=~".+"`, requests],
    [
      "Answered by 4xx",
      "How many requests were refused, or for what is not there?",
      `${chosen},status_class="4xx"`,
      requests,
    ],
    ["Answered by 5xx", "How many requests failed by the server's fault?", `${chosen},status_class="5xx"`, requests],
  ];
  const there = counted.filter(([, , , is]) => is);
  return there.map(([title, description, selector]) =>
    stat({
      title,
      description,
      unit: units.Short,
      width: 24 / there.length,
      logs: true,
      queries: [{ expr: orZero(`sum(count_over_time({${selector}}${RANGE}))`), legend: title }],
    }),
  );
}

function requestPanels(chosen: string): Builder<Panel>[] {
  const answered = `{${chosen},status_class=~".+"}`;
  const each = (selector: string) => `sum by (instance, job) (rate(${selector}${INTERVAL}))`;
  const paths = (selector: string) => `sum by (path) (count_over_time({${selector}} ${REQUEST}${RANGE}))`;
  return [
    graph({
      title: "Requests per second",
      description: "How many requests are answered, and how?",
      unit: units.RequestsPerSecond,
      width: 12,
      logs: true,
      stacked: true,
      queries: [{ expr: `sum by (status_class) (rate(${answered}${INTERVAL}))`, legend: "{{status_class}}" }],
    }),
    graph({
      title: "Failed requests",
      description: "Which share of a server's requests does it answer by 5xx?",
      unit: units.Percent,
      width: 12,
      logs: true,
      max: 100,
      queries: [
        {
          expr: `100 * (${each(`{${chosen},status_class="5xx"}`)} or 0 * ${each(answered)}) / ${each(answered)}`,
          legend: "{{job}} {{instance}}",
        },
      ],
    }),
    ranking({
      title: "Most requested paths",
      description: "What is asked for most?",
      expr: paths(`${chosen},status_class=~".+"`),
      legend: "{{path}}",
      width: 12,
    }),
    ranking({
      title: "Paths that fail most",
      description: "Of what are most requests answered by 5xx?",
      expr: paths(`${chosen},status_class="5xx"`),
      legend: "{{path}}",
      width: 12,
    }),
  ];
}

function linePanels(chosen: string, levels: boolean): Builder<Panel>[] {
  const bad = `{${chosen},level=~"error|critical"}`;
  const rate = { unit: "short", logs: true, bars: true };
  return [
    graph({
      ...rate,
      title: "Lines",
      description: "Which log grows, on which server?",
      width: levels ? 12 : 24,
      stacked: true,
      queries: [
        { expr: `sum by (instance, job) (count_over_time({${chosen}}${INTERVAL}))`, legend: "{{job}} {{instance}}" },
      ],
    }),
    ...(levels
      ? [
          graph({
            ...rate,
            title: "Errors",
            description: "When were errors logged, by what, and where?",
            width: 12,
            stacked: true,
            queries: [
              {
                expr: `sum by (instance, job, level) (count_over_time(${bad}${INTERVAL}))`,
                legend: "{{job}} {{instance}} {{level}}",
              },
            ],
          }),
          logLines({ title: "Newest errors", description: "What went wrong?", expr: bad, width: 24, height: 10 }),
        ]
      : []),
    logLines({ title: "Newest lines", description: "What is written at present?", expr: `{${chosen}}`, width: 24 }),
  ];
}
