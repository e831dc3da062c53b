import { CheckResult } from "../../../../lib/verify/checks/check";
import { dashboards } from "../../../../lib/verify/checks/dashboards";
import { Outcome } from "../../../../lib/verify/outcome";
import { checkLines, COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

const SOURCE = { uid: "prometheus", name: "Prometheus", error: "" };
const FLEET = { uid: "cdktf-monitoring-fleet", title: "Fleet" };

/** The result for a Grafana with these values. */
function check(values: object | undefined): CheckResult | undefined {
  const given = fleet(0);
  const host = server("shows", "10.0.0.20", { componentUrls: { grafana: "http://10.0.0.20:3000" } });
  const answers = { shows: healthy(...checkLines("grafana", values)) };
  return dashboards(measured({ ...given, servers: [...given.servers, host] }, { answers }), COMMANDS);
}

describe("dashboards", () => {
  it("lists dashboards and data sources", () => {
    expect(check({ version: "13.2.3", sources: [SOURCE], dashboards: [FLEET], panels: [] })).toEqual({
      name: "dashboards",
      outcome: Outcome.PASS,
      summary: "1 Grafana: 1 dashboard, 1 of 1 data sources answer",
      details: ['dashboards: "Fleet"', "data sources: Prometheus"],
      failures: [],
    });
  });

  it("counts panels with data, and names empty ones by dashboard and server", () => {
    const panels = [
      { title: "Fleet", server: null, panels: 12, empty: [] },
      { title: "Server", server: "app", panels: 35, empty: ["Swap", "Tasks"] },
      { title: "Server", server: "hub", panels: 35, empty: ["Swap", "Tasks", "Clock", "Units", "Disks"] },
    ];
    expect(check({ version: "13.2.3", sources: [SOURCE], dashboards: [FLEET], panels })).toMatchObject({
      outcome: Outcome.PASS,
      details: [
        'dashboards: "Fleet"',
        "data sources: Prometheus",
        "panels with data: 75 of 82",
        'Server of app: 2 of 35 panels without data: "Swap", "Tasks"',
        'Server of hub: 5 of 35 panels without data: "Swap", "Tasks", "Clock" and 2 more',
      ],
    });
  });

  it("fails if a data source does not answer, or there are no dashboards", () => {
    const loki = { uid: "loki", name: "Loki", error: "connection refused" };
    expect(check({ version: "13.2.3", sources: [SOURCE, loki], dashboards: [], panels: [] })).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "1 Grafana: 0 dashboards, 1 of 2 data sources answer",
      failures: [
        {
          problem: "the data source Loki of Grafana on shows does not answer: connection refused",
          fix: "if the port is open (see the probes), check the journal of loki.service",
        },
        { problem: "Grafana on shows has no dashboards", fix: "play grafana on shows" },
      ],
    });
  });

  it("fails if Grafana does not answer", () => {
    expect(check({ error: "no answer" })).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "1 Grafana (0 answered)",
      failures: [{ problem: "Grafana on shows: no answer", fix: "play grafana on shows" }],
    });
  });

  it("is not measured if the server has no result", () => {
    expect(check(undefined)).toMatchObject({ outcome: Outcome.NOT_MEASURED, failures: [] });
  });

  it("is left out without a Grafana", () => {
    expect(dashboards(measured(fleet(0)), COMMANDS)).toBeUndefined();
  });
});
