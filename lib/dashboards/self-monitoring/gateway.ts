import { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { RATE_INTERVAL } from "../expressions";
import { processPanels } from "./process";
import { requestGraph } from "./request-graph";

/** Builds the panels of the gateways in front of Loki and other components: requests and their processes. */
export function gatewayPanels(): Builder<Panel>[] {
  const rate = `rate(caddy_http_request_duration_seconds_count{job="gateway",server!="metrics"}${RATE_INTERVAL})`;
  return [
    requestGraph({
      title: "Gateway requests",
      description:
        "How many requests does the gateway answer, and with which status? It rejects requests that it does not forward with a status of 403.",
      rate: `label_replace(${rate}, "status_code", "$1", "code", "(.*)")`,
      width: 24,
    }),
    ...processPanels("gateway", "Gateway"),
  ];
}
