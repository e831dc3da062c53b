import { CheckResult } from "../../../../lib/verify/checks/check";
import { placement } from "../../../../lib/verify/checks/placement";
import { Outcome } from "../../../../lib/verify/outcome";
import { COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

const EXPORTER = "node_exporter active enabled 1.12.1";

/** The result for a hub and other servers with these services. Each should have an exporter. */
function check(hub: readonly string[], ...others: readonly (readonly string[] | undefined)[]): CheckResult | undefined {
  const all = {
    ...fleet(0),
    servers: [
      server("hub", "10.0.0.10", { components: ["grafana", "node_exporter"] }),
      ...others.map((_, index) => server(`app-${index}`, `10.0.0.2${index}`, { components: ["node_exporter"] })),
    ],
  };
  const answers = Object.fromEntries(
    [hub, ...others].map((services, index) => [
      index === 0 ? "hub" : `app-${index - 1}`,
      services === undefined ? { unreachable: "no route" } : healthy(...services.map((each) => `service=${each}`)),
    ]),
  );
  return placement(measured(all, { answers }), COMMANDS);
}

describe("placement", () => {
  it("reports each component with its version and its servers", () => {
    expect(check(["grafana active enabled 13.2.3", EXPORTER], [EXPORTER])).toEqual({
      name: "placement",
      outcome: Outcome.PASS,
      summary: "3 of 3 services run where the stack places them",
      details: ["grafana 13.2.3 on hub", "node_exporter 1.12.1 on hub and app-0"],
      failures: [],
    });
  });

  it("reports the number of servers if there are many, and all versions", () => {
    const { details } = check([EXPORTER], [EXPORTER], [EXPORTER], ["node_exporter active enabled 1.9.0"]) ?? {};
    expect(details).toEqual(["grafana on 0 of 1 server", "node_exporter 1.12.1 and 1.9.0 on 4 of 4 servers"]);
  });

  it("fails if a component does not run, is missing, or runs elsewhere", () => {
    const { outcome, failures } =
      check(["grafana failed enabled 13.2.3"], [EXPORTER, "loki active enabled 3.7.8"]) ?? {};
    expect(outcome).toBe(Outcome.FAIL);
    expect(failures).toEqual([
      { problem: "grafana does not run on hub (failed)", fix: "play grafana on hub" },
      { problem: "node_exporter does not run on hub (not installed)", fix: "play node_exporter on hub" },
      { problem: "loki is installed on app-0, but the stack does not place it there", fix: "play cleanup on app-0" },
    ]);
  });

  it("is not measured if a server does not answer", () => {
    expect(check(["grafana active enabled 13.2.3", EXPORTER], undefined)).toMatchObject({
      outcome: Outcome.NOT_MEASURED,
      summary: expect.stringContaining("2 of 3 services run") as string,
      details: ["grafana 13.2.3 on hub", "node_exporter 1.12.1 on 1 of 2 servers"],
      failures: [],
    });
  });

  it("is left out if the stack places no component", () => {
    expect(placement(measured(fleet()), COMMANDS)).toBeUndefined();
  });
});
