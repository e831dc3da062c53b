import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["gateway"], group: "gateway", dashboard: Uids.SELF_MONITORING };
const REQUESTS = "caddy_http_request_duration_seconds_count";
const BY_SITE = "sum by (instance, monitoring, server)";

/** Returns the rates of requests to each component with matching status codes. The gateway rejects requests with status 403. */
function requests(code: string): string {
  return `${BY_SITE} (rate(${REQUESTS}{job="gateway",server!="metrics",code${code}}[5m]))`;
}

/** Alerts about the gateways in front of Loki and of other components. */
export const gatewayAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "GatewayDown",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "3m", expr: () => 'up{job="gateway"} == 0' }],
    summary: "The gateway on {{ $labels.instance }} is down",
    description:
      "Prometheus cannot scrape the gateway on {{ $labels.instance }}. Clients cannot reach the components behind it: Loki, Prometheus, Alertmanager and Grafana (only Loki if the transport is plain). Log agents retry, but lines whose files are rotated away are lost.",
  }),
  define({
    ...ABOUT,
    name: "GatewayErrors",
    thresholds: { failed: percent(5, "forwarded requests that fail with status 5xx") },
    levels: [
      {
        severity: Severity.WARNING,
        for: "10m",
        expr: (t) => `100 * ${requests('=~"5.."')} / ${requests('!="403"')} > ${t.failed}`,
      },
    ],
    summary: "The gateway on {{ $labels.instance }} answers requests to {{ $labels.server }} with errors",
    description:
      'The gateway on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of the requests that it forwards to {{ $labels.server }} with status 5xx. If the component does not answer, the status is 502, and the journal of the gateway contains the cause.',
  }),
];
