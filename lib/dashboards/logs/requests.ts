import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Colours, STATUS_CLASSES } from "../builders/colours";
import { INTERVAL, LOG_PANEL_HEIGHT, RANGE, ranking } from "../builders/log-panels";
import { graph } from "../builders/panels";
import { Column, table } from "../builders/tables";
import { ORANGE_ABOVE_ZERO, PanelThreshold, RED_ABOVE_ZERO } from "../builders/thresholds";

/** Extracts the path of a request from a line of an access log, without the query string. */
const REQUEST = '| regexp `"\\S+ (?P<path>[^ ?"]*)[^"]*" \\d{3} `';

/** Requests per second at which the axis ends at the lowest, so that a single request per minute is visible. */
const FEW_REQUESTS = 0.05;

/** Builds the panels of the requests in access logs: rates, shares of errors and the most frequent paths. */
export function requestPanels(selected: string): Builder<Panel>[] {
  return [...graphs(selected), ...topPaths(selected), requestsByLog(selected)];
}

/** Selects the requests with a status class that matches a regular expression. */
function answered(selected: string, status: string): string {
  return `{${selected},status_class=~"${status}"}`;
}

function graphs(selected: string): Builder<Panel>[] {
  const drawn = {
    width: 12,
    height: LOG_PANEL_HEIGHT,
    logs: true,
    bars: true,
    stacked: true,
    sortBy: "Name" as const,
    colours: STATUS_CLASSES,
  };
  const rate = (status: string, by = "") => `sum${by} (rate(${answered(selected, status)}${INTERVAL}))`;
  return [
    graph({
      ...drawn,
      title: "Requests per second",
      description: "How many requests are answered, by status class?",
      unit: units.RequestsPerSecond,
      softMax: FEW_REQUESTS,
      noValue: "No requests",
      queries: [{ expr: rate(".+", " by (status_class)"), legend: "{{status_class}}" }],
    }),
    graph({
      ...drawn,
      title: "Error share",
      description: "What percentage of the requests is answered with 4xx, and what percentage with 5xx?",
      unit: units.Percent,
      noValue: "No requests",
      queries: ["4xx", "5xx"].map((status) => ({
        expr: `100 * (${rate(status)} or 0 * ${rate(".+")}) / ${rate(".+")}`,
        legend: status,
      })),
    }),
  ];
}

function topPaths(selected: string): Builder<Panel>[] {
  const ranked = (status: string) => ({
    expr: `sum by (path) (count_over_time(${answered(selected, status)} ${REQUEST}${RANGE}))`,
    labels: [{ label: "path", title: "Path" }],
    counted: "Requests",
    width: 12,
  });
  return [
    ranking({
      ...ranked(".+"),
      title: "Top paths",
      description: "Which paths are requested most?",
      noRows: "No requests",
    }),
    ranking({
      ...ranked("5xx"),
      title: "Top failing paths",
      description: "Which paths are answered with 5xx most?",
      colour: Colours.CRITICAL,
      noRows: "No requests with 5xx",
    }),
  ];
}

/** Counts and shares of each log. A log without errors has no series of errors. */
function requestsByLog(selected: string): Builder<Panel> {
  const count = (status: string) => `sum by (instance, job) (count_over_time(${answered(selected, status)}${RANGE}))`;
  const orNone = (status: string) => `(${count(status)} or 0 * ${count(".+")})`;
  const columns = (status: string, thresholds: readonly PanelThreshold[], colour: string): Column[] => [
    { title: status, expr: orNone(status), unit: units.Short, thresholds, width: 90 },
    {
      title: `${status} share`,
      expr: `100 * ${orNone(status)} / ${count(".+")}`,
      unit: units.Percent,
      decimals: 1,
      bar: true,
      max: 100,
      colour,
    },
  ];
  return table({
    title: "Requests by log",
    description: "Which log of which server has the most errors, and what share of its requests failed?",
    width: 24,
    height: 6,
    logs: true,
    sort: [{ column: "5xx share" }],
    noRows: "No requests",
    columns: [
      { title: "Server", label: "instance" },
      { title: "Log", label: "job" },
      { title: "Requests", expr: count(".+"), unit: units.Short, width: 100 },
      ...columns("4xx", ORANGE_ABOVE_ZERO, Colours.WARNING),
      ...columns("5xx", RED_ABOVE_ZERO, Colours.CRITICAL),
    ],
  });
}
