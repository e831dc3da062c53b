import { Uids } from "../../dashboards/uids";
import { AlertDefinition, define, percent } from "../definition";
import { Severity } from "../rule";

const ABOUT = { kinds: ["gateway"], group: "gateway", dashboard: Uids.SELF_MONITORING };
const REQUESTS = "caddy_http_request_duration_seconds_count";
const BY_GATEWAY = "sum by (instance, monitoring)";

/** Returns the rate of requests to Loki with matching status codes. The gateway rejects requests with status 403. */
function requests(code: string): string {
  return `${BY_GATEWAY} (rate(${REQUESTS}{job="gateway",server="loki",code${code}}[5m]))`;
}

/** Alerts about the gateways in front of the Lokis. */
export const gatewayAlerts: readonly AlertDefinition[] = [
  define({
    ...ABOUT,
    name: "GatewayDown",
    thresholds: {},
    levels: [{ severity: Severity.CRITICAL, for: "3m", expr: () => 'up{job="gateway"} == 0' }],
    summary: "The gateway on {{ $labels.instance }} is down",
    description:
      "Prometheus cannot scrape the gateway on {{ $labels.instance }}. Log agents cannot send lines to Loki on this server, and Grafana cannot query it. The agents retry, but lines whose files are rotated away are lost.",
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
    summary: "The gateway on {{ $labels.instance }} answers with errors",
    description:
      'The gateway on {{ $labels.instance }} answers {{ printf "%.0f" $value }} % of the requests that it forwards to Loki with status 5xx. If Loki does not answer, the status is 502, and the journal of the gateway contains the cause.',
  }),
];
