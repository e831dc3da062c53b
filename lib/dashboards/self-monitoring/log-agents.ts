import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import {
  AGENT_BYTES,
  AGENT_DROPS,
  AGENT_FILE_SIZES,
  AGENT_FILES,
  AGENT_LINES,
  AGENT_POSITIONS,
  AGENT_READ_LINES,
  AGENT_REQUESTS,
  AGENT_RETRIES,
  UNPARSED_LINES,
} from "../../logs/agent-metrics";
import { Colours } from "../builders/colours";
import { graph, GRAPH_HEIGHT, UP_DOWN } from "../builders/panels";
import { serverColumn, table } from "../builders/tables";
import { RATE_INTERVAL } from "../expressions";
import { countGraph } from "./count-graph";
import { processPanels } from "./process";
import { requestGraph } from "./request-graph";
import { TOP } from "./scrape-targets";

const AGENTS = '{job="log_agent"}';

/** Builds the panels of the log agents: lines read and sent, unread bytes, requests to Loki, and their processes. */
export function logAgentPanels(): Builder<Panel>[] {
  return [agents(), ...linePanels(), ...requestPanels(), ...processPanels("log_agent", "Log agent", TOP)];
}

/** Returns the sum by server of one metric, which Alloy and Promtail name differently. */
function total(metrics: readonly string[], of: (series: string) => string = (series) => series): string {
  return `sum by (instance) (${metrics.map((metric) => of(`${metric}${AGENTS}`)).join(" or ")})`;
}

function rate(metrics: readonly string[]): string {
  return total(metrics, (series) => `rate(${series}${RATE_INTERVAL})`);
}

function increase(metrics: readonly string[]): string {
  return total(metrics, (series) => `increase(${series}${RATE_INTERVAL})`);
}

/** Bytes in files that the agent has not read. A file that was just truncated can be shorter than the position of the agent. */
const UNREAD = `clamp_min(${total(AGENT_FILE_SIZES)} - ${total(AGENT_POSITIONS)}, 0)`;

function agents(): Builder<Panel> {
  return table({
    title: "Log agents",
    description:
      "Does every log agent run and send lines, and does any agent fall behind? Agents with the most unread bytes come first.",
    width: 24,
    height: GRAPH_HEIGHT,
    sort: [{ column: "Unread" }],
    columns: [
      serverColumn(),
      { title: "State", expr: `max by (instance) (up${AGENTS})`, mappings: UP_DOWN, width: 80 },
      { title: "Read lines/s", expr: rate(AGENT_READ_LINES), unit: units.Short },
      { title: "Sent lines/s", expr: rate(AGENT_LINES), unit: units.Short },
      { title: "Sent bytes", expr: rate(AGENT_BYTES), unit: units.BytesPerSecondIEC },
      { title: "Files", expr: total(AGENT_FILES), unit: units.Short },
      { title: "Unread", expr: `${UNREAD} or 0 * ${total(AGENT_FILES)}`, unit: units.BytesIEC },
    ],
  });
}

function linePanels(): Builder<Panel>[] {
  return [
    graph({
      title: "Sent lines",
      description: `Which ${TOP} servers send the most lines per second?`,
      unit: units.CountsPerSecond,
      width: 8,
      sortBy: "Max",
      queries: [{ expr: `topk(${TOP}, ${rate(AGENT_LINES)})`, legend: "{{instance}}" }],
    }),
    graph({
      title: "Unread bytes",
      description: `On which ${TOP} servers does the log agent have the most unread bytes?`,
      unit: units.BytesIEC,
      width: 8,
      sortBy: "Max",
      noValue: "No log files",
      queries: [{ expr: `topk(${TOP}, ${UNREAD})`, legend: "{{instance}}" }],
    }),
    countGraph({
      title: "Unparsed lines",
      description: "How many lines do not have the format or timestamp of their log source?",
      width: 8,
      shades: Colours.WARNING,
      noValue: "No unparsed lines",
      queries: [{ expr: increase([UNPARSED_LINES.prefix + UNPARSED_LINES.name]), legend: "{{instance}}" }],
    }),
  ];
}

function requestPanels(): Builder<Panel>[] {
  const requests = AGENT_REQUESTS.map((metric) => `rate(${metric}${AGENTS}${RATE_INTERVAL})`).join(" or ");
  return [
    requestGraph({
      title: "Requests to Loki",
      description: "Does Loki accept the requests with lines? A request without an answer is sent again.",
      rate: requests,
      width: 8,
      colours: { "no answer": Colours.CRITICAL },
    }),
    countGraph({
      title: "Retried requests",
      description: `Which ${TOP} servers send requests again, because Loki is unreachable or rejects them for now?`,
      width: 8,
      shades: Colours.WARNING,
      queries: [{ expr: `topk(${TOP}, ${increase(AGENT_RETRIES)})`, legend: "{{instance}}" }],
    }),
    countGraph({
      title: "Dropped lines",
      description: `Which ${TOP} servers lose lines, because Loki rejects them for good?`,
      width: 8,
      shades: Colours.CRITICAL,
      queries: [{ expr: `topk(${TOP}, ${increase(AGENT_DROPS)})`, legend: "{{instance}}" }],
    }),
  ];
}
