import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours, STATUS_CLASSES } from "../builders/colours";
import { INTERVAL, RANGE, ranking } from "../builders/log-panels";
import { graph, GRAPH_HEIGHT } from "../builders/panels";

/** Extracts the path of a request from a line of an access log, without the query string. */
const REQUEST = '| regexp `"\\S+ (?P<path>[^ ?"]*)[^"]*" \\d{3} `';

/** Builds the panels of the requests in access logs: rates, shares of errors and the most frequent paths. */
export function requestPanels(selected: string): Builder<Panel>[] {
  const answered = (status: string) => `{${selected},status_class=~"${status}"}`;
  const drawn = { width: 8, logs: true, bars: true, stacked: true, colours: STATUS_CLASSES };
  const rate = (status: string, by: string) => `sum${by} (rate(${answered(status)}${INTERVAL}))`;
  const count = (status: string) => `sum by (instance, job) (count_over_time(${answered(status)}${RANGE}))`;
  const paths = (status: string) => `sum by (path) (count_over_time(${answered(status)} ${REQUEST}${RANGE}))`;
  return [
    graph({
      ...drawn,
      title: "Requests per second",
      description: "How many requests are answered, by status class?",
      unit: units.RequestsPerSecond,
      queries: [{ expr: rate(".+", " by (status_class)"), legend: "{{status_class}}" }],
    }),
    graph({
      ...drawn,
      title: "Error share",
      description: "What percentage of the requests is answered with 4xx, and what percentage with 5xx?",
      unit: units.Percent,
      queries: ["4xx", "5xx"].map((status) => ({
        expr: `100 * (${rate(status, "")} or 0 * ${rate(".+", "")}) / ${rate(".+", "")}`,
        legend: status,
      })),
    }),
    ranking({
      title: "5xx share by log",
      description: "Which log of which server has the highest percentage of requests that are answered with 5xx?",
      expr: `100 * ${count("5xx")} / ${count(".+")}`,
      labels: [
        { label: "instance", title: "Server" },
        { label: "job", title: "Log" },
      ],
      counted: "5xx share",
      unit: units.Percent,
      colour: Colours.CRITICAL,
      noRows: "No requests with 5xx",
      width: 8,
      height: GRAPH_HEIGHT,
    }),
    ranking({
      title: "Top paths",
      description: "Which paths are requested most?",
      expr: paths(".+"),
      labels: [{ label: "path", title: "Path" }],
      counted: "Requests",
      noRows: "No requests",
      width: 12,
    }),
    ranking({
      title: "Top failing paths",
      description: "Which paths are answered with 5xx most?",
      expr: paths("5xx"),
      labels: [{ label: "path", title: "Path" }],
      counted: "Requests",
      colour: Colours.CRITICAL,
      noRows: "No requests with 5xx",
      width: 12,
    }),
  ];
}
