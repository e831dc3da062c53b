import { CheckResult } from "../../../../lib/verify/checks/check";
import { serverMetrics } from "../../../../lib/verify/checks/server-metrics";
import { Answer } from "../../../../lib/verify/observation";
import { Outcome } from "../../../../lib/verify/outcome";
import { checkLines, COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

const ALL = ["app", "hub"];

/** The result for a Grafana with these values, on a hub that monitors itself and another server. */
function check(values: object | undefined, app: Answer = healthy()): CheckResult | undefined {
  const componentUrls = { grafana: "http://10.0.0.10:3000" };
  const servers = [
    server("app", "10.0.0.11", { components: ["node_exporter"] }),
    server("hub", "10.0.0.10", { components: ["grafana", "node_exporter", "prometheus"], componentUrls }),
  ];
  const answers = { app, hub: healthy(...checkLines("grafana", values)) };
  return serverMetrics(measured({ ...fleet(0), servers }, { answers }), COMMANDS);
}

describe("serverMetrics", () => {
  it("counts the servers whose CPU, memory and disk Grafana shows", () => {
    expect(check({ shown: { cpu: ALL, memory: ALL, disk: ALL } })).toEqual({
      name: "server metrics",
      outcome: Outcome.PASS,
      summary: "Grafana shows CPU of 2, memory of 2, disk of 2 of 2 servers",
      details: [],
      failures: [],
    });
  });

  it("fails if a value is missing", () => {
    const { outcome, summary, failures } = check({ shown: { cpu: ["hub"], memory: ALL, disk: [] } }) ?? {};
    expect(summary).toBe("Grafana shows CPU of 1, memory of 2, disk of 0 of 2 servers");
    expect(outcome).toBe(Outcome.FAIL);
    expect(failures?.map(({ problem }) => problem)).toEqual([
      "Grafana on hub does not show the CPU of app",
      "Grafana on hub does not show the disk of app",
      "Grafana on hub does not show the disk of hub",
    ]);
  });

  it("is not measured if a server or Grafana does not answer", () => {
    const hub = { cpu: ["hub"], memory: ["hub"], disk: ["hub"] };
    const notMeasured = { outcome: Outcome.NOT_MEASURED, failures: [] };
    expect(check({ shown: hub }, { unreachable: "no route" })).toMatchObject(notMeasured);
    expect(check(undefined)).toMatchObject({ summary: "Grafana did not answer", ...notMeasured });
    expect(check({ error: "no answer" })).toMatchObject(notMeasured);
  });

  it("is left out without a Grafana", () => {
    expect(serverMetrics(measured(fleet()), COMMANDS)).toBeUndefined();
  });
});
