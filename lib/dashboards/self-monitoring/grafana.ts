import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Alert } from "../../alerts/alert";
import { thresholdsOf } from "../builders/thresholds";
import { graph } from "../builders/panels";
import { RATE_INTERVAL } from "../expressions";
import { processPanels } from "./process";
import { requestGraph } from "./request-graph";

/** Matcher for ordinary requests. Connections that became a WebSocket have the status -1. */
const ANSWERED = '{status_code!="-1"}';

/** Builds the panels of Grafana: requests, failures and its process. */
export function grafanaPanels(alerts: readonly Alert[]): Builder<Panel>[] {
  const requests = (matchers: string) =>
    `sum by (instance) (rate(grafana_http_request_duration_seconds_count${matchers}${RATE_INTERVAL}))`;
  return [
    requestGraph({
      description:
        "How many requests does Grafana answer, and with which status? A status of 500 or higher means that Grafana failed.",
      rate: `rate(grafana_http_request_duration_seconds_count${ANSWERED}${RATE_INTERVAL})`,
      width: 12,
    }),
    graph({
      title: "Failed requests",
      description: "What percentage of requests fails because Grafana cannot reach a data source or its database?",
      unit: units.Percent,
      width: 12,
      queries: [
        {
          // Without failures there is no series of failures, and without requests the divisor would be zero.
          expr: `100 * (${requests('{status_code=~"5.."}')} or 0 * ${requests("")}) / clamp_min(${requests("")}, 0.001)`,
          legend: "{{instance}}",
        },
      ],
      thresholds: thresholdsOf(alerts, "GrafanaFailing", "failed"),
    }),
    ...processPanels("grafana", "Grafana"),
  ];
}
