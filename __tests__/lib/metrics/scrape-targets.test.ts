import { Edge } from "../../../lib/access/access";
import { scrapeTargets } from "../../../lib/metrics/scrape-targets";

const edge = (destination: string, port: number, scrapeJob?: string): Edge => ({
  source: { server: "hub" },
  destination,
  kind: "any",
  listener: { name: "http", port, protocol: "tcp", scrapeJob },
  reason: "",
});

test("scrapeTargets groups targets by job, sorts them, and labels them with the server's name", () => {
  const edges = [
    edge("v6", 9100, "six"),
    edge("web", 9100, "node"),
    edge("hub", 9090, "prometheus"),
    { ...edge("hub", 9090, "prometheus"), reason: "a second reason" },
    edge("app", 9100, "node"),
    edge("hub", 9093),
  ];
  expect(scrapeTargets(edges, "prod", (server) => (server === "v6" ? "2001:db8::7" : `${server}.internal`))).toEqual([
    {
      job: "node",
      targets: [
        { address: "app.internal:9100", labels: { instance: "app", monitoring: "prod" } },
        { address: "web.internal:9100", labels: { instance: "web", monitoring: "prod" } },
      ],
    },
    { job: "prometheus", targets: [{ address: "hub.internal:9090", labels: { instance: "hub", monitoring: "prod" } }] },
    { job: "six", targets: [{ address: "[2001:db8::7]:9100", labels: { instance: "v6", monitoring: "prod" } }] },
  ]);
});

test("scrapeTargets uses https for listeners with TLS", () => {
  const { listener, ...rest } = edge("hub", 3000, "grafana");
  expect(scrapeTargets([{ ...rest, listener: { ...listener, scheme: "https" } }], "prod", String)).toEqual([
    {
      job: "grafana",
      scheme: "https",
      targets: [{ address: "hub:3000", labels: { instance: "hub", monitoring: "prod" } }],
    },
  ]);
});
