import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { BUILT_IN_SOURCES } from "../../logs/built-in-sources";
import { DashboardSubject } from "../dashboard-subject";
import { buildDashboard } from "../builders/dashboard-builder";
import { logLines, ranking, RANGE, INTERVAL } from "../builders/log-panels";
import { graph, stat } from "../builders/panels";
import { orZero } from "../expressions";
import { DashboardModel } from "../model";
import { Uids } from "../uids";
import { applicationJobs, hasLabel, monitoringJobs } from "./log-jobs";

/** Extracts the path of a request from a line of an access log, without the query string. */
const REQUEST = '| regexp `"\\S+ (?P<path>[^ ?"]*)[^"]*" \\d{3} `';

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
  const counted: readonly (readonly [title: string, description: string, selector: string, exists: boolean])[] = [
    ["Lines", "How many lines were written in the selected time range?", selected, true],
    ["Errors", "How many lines have the level error or critical?", `${selected},level=~"error|critical"`, levels],
    ["Warnings", "How many lines have the level warning?", `${selected},level="warning"`, levels],
    ["Requests", "How many requests were answered?", `${selected},status_class=~".+"`, requests],
    [
      "4xx responses",
      "How many requests were rejected, or asked for something that does not exist?",
      `${selected},status_class="4xx"`,
      requests,
    ],
    [
      "5xx responses",
      "How many requests failed because of a server error?",
      `${selected},status_class="5xx"`,
      requests,
    ],
  ];
  const shown = counted.filter(([, , , exists]) => exists);
  return shown.map(([title, description, selector]) =>
    stat({
      title,
      description,
      unit: units.Short,
      width: 24 / shown.length,
      logs: true,
      queries: [{ expr: orZero(`sum(count_over_time({${selector}}${RANGE}))`), legend: title }],
    }),
  );
}

function requestPanels(selected: string): Builder<Panel>[] {
  const answered = `{${selected},status_class=~".+"}`;
  const each = (selector: string) => `sum by (instance, job) (rate(${selector}${INTERVAL}))`;
  const paths = (selector: string) => `sum by (path) (count_over_time({${selector}} ${REQUEST}${RANGE}))`;
  return [
    graph({
      title: "Requests per second",
      description: "How many requests are answered, by status class?",
      unit: units.RequestsPerSecond,
      width: 12,
      logs: true,
      stacked: true,
      queries: [{ expr: `sum by (status_class) (rate(${answered}${INTERVAL}))`, legend: "{{status_class}}" }],
    }),
    graph({
      title: "Error rate",
      description: "What percentage of a server's requests is answered with 5xx?",
      unit: units.Percent,
      width: 12,
      logs: true,
      max: 100,
      queries: [
        {
          expr: `100 * (${each(`{${selected},status_class="5xx"}`)} or 0 * ${each(answered)}) / ${each(answered)}`,
          legend: "{{job}} {{instance}}",
        },
      ],
    }),
    ranking({
      title: "Top paths",
      description: "Which paths are requested most?",
      expr: paths(`${selected},status_class=~".+"`),
      legend: "{{path}}",
      width: 12,
    }),
    ranking({
      title: "Top failing paths",
      description: "Which paths are answered with 5xx most?",
      expr: paths(`${selected},status_class="5xx"`),
      legend: "{{path}}",
      width: 12,
    }),
  ];
}

function linePanels(selected: string, levels: boolean): Builder<Panel>[] {
  const bad = `{${selected},level=~"error|critical"}`;
  const rate = { unit: "short", logs: true, bars: true };
  return [
    graph({
      ...rate,
      title: "Lines",
      description: "Which log grows, and on which server?",
      width: levels ? 12 : 24,
      stacked: true,
      queries: [
        { expr: `sum by (instance, job) (count_over_time({${selected}}${INTERVAL}))`, legend: "{{job}} {{instance}}" },
      ],
    }),
    ...(levels
      ? [
          graph({
            ...rate,
            title: "Errors",
            description: "When were errors logged, in which log and on which server?",
            width: 12,
            stacked: true,
            queries: [
              {
                expr: `sum by (instance, job, level) (count_over_time(${bad}${INTERVAL}))`,
                legend: "{{job}} {{instance}} {{level}}",
              },
            ],
          }),
          logLines({
            title: "Newest errors",
            description: "Which errors were logged last?",
            expr: bad,
            width: 24,
            height: 10,
          }),
        ]
      : []),
    logLines({ title: "Newest lines", description: "Which lines were logged last?", expr: `{${selected}}`, width: 24 }),
  ];
}
