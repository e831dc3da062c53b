import { checkArguments } from "../../../lib/verify/check-arguments";
import { fleet, server } from "../../support/fleet";

const agents = ["node_exporter", "log_agent"];
const FLEET = {
  ...fleet(0),
  servers: [
    server("hub", "10.0.0.10", {
      components: [...agents, "prometheus", "loki", "alertmanager"],
      componentUrls: { prometheus: "http://x", loki: "http://x", alertmanager: "http://x" },
    }),
    server("app", "10.0.0.11", { components: agents, componentUrls: { log_agent: "http://x" } }),
    server("logs", "10.0.0.12", { components: ["loki"], componentUrls: { loki: "http://x" } }),
  ],
  targets: ["node/app", "node/hub", "node/app"],
};

describe("checkArguments", () => {
  it.each([
    ["prometheus", "the targets", [2]],
    ["alertmanager", "the members", [1]],
    ["loki", "the members and the servers that send lines", [2, 2]],
    ["grafana", "the servers with metrics", [2]],
    ["log_agent", "nothing", []],
  ])("contain, for %s, the number of %s", (kind, _, expected) => {
    expect(checkArguments(FLEET, kind)).toEqual(expected);
  });

  it("expect no servers in Grafana without a Prometheus", () => {
    expect(checkArguments({ ...FLEET, servers: FLEET.servers.slice(1) }, "grafana")).toEqual([0]);
  });
});
