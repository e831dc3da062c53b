import { critical, Labels, metrics, series, Situation, warning, withoutJob } from "../../../support/expectations";

const HUB: Labels = { instance: "hub", job: "gateway", monitoring: "prod" };

/** Requests per minute to a server of the gateway, by status code. */
const requests = (byCode: Readonly<Record<string, number>>, server = "loki") =>
  Object.fromEntries(
    Object.entries(byCode).map(([code, each]) => [
      series("caddy_http_request_duration_seconds_count", {
        ...HUB,
        code,
        handler: "subroute",
        method: "POST",
        server,
      }),
      `0+${each}x60`,
    ]),
  );

export const gateway: readonly Situation[] = [
  {
    alert: "GatewayDown",
    when: "a gateway is down",
    series: metrics(HUB, { up: "1x9 0x50" }),
    fires: { 12: [], 13: [critical(HUB, "The gateway on hub is down")] },
  },
  { alert: "GatewayDown", when: "it is up", series: metrics(HUB, { up: "1x60" }), fires: { 60: [] } },
  {
    alert: "GatewayDown",
    when: "the target of another job is down",
    series: metrics({ ...HUB, job: "loki" }, { up: "0x60" }),
    fires: { 60: [] },
  },
  {
    alert: "GatewayErrors",
    when: "51 of 1000 requests to Loki fail",
    series: requests({ 204: 949, 502: 40, 503: 11 }),
    fires: {
      10: [],
      11: [warning({ ...withoutJob(HUB), server: "loki" }, "The gateway on hub answers requests to loki with errors")],
    },
  },
  {
    alert: "GatewayErrors",
    when: "50 of 1000 requests to Loki fail",
    series: requests({ 204: 950, 502: 50 }),
    fires: { 60: [] },
  },
  {
    alert: "GatewayErrors",
    when: "a tenth of the requests to Loki fails, and the gateway rejects many requests of others",
    series: requests({ 204: 90, 502: 10, 403: 900 }),
    fires: { 11: [warning({ ...withoutJob(HUB), server: "loki" })] },
  },
  {
    alert: "GatewayErrors",
    when: "all requests to Alertmanager fail, and those to Loki do not",
    series: { ...requests({ 204: 1000, 502: 0 }), ...requests({ 502: 1 }, "alertmanager") },
    fires: { 11: [warning({ ...withoutJob(HUB), server: "alertmanager" })] },
  },
  {
    alert: "GatewayErrors",
    when: "all requests for the gateway's own metrics fail",
    series: { ...requests({ 204: 100, 502: 0 }), ...requests({ 500: 1000 }, "metrics") },
    fires: { 60: [] },
  },
];
