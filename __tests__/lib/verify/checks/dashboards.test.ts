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

  const view = (title: string, server: string | null, panels: number, more: object = {}): object => ({
    ...{ title, builtIn: true, server, panels, empty: [], skipped: [] },
    ...more,
  });
  const empty = (reason: string, ...titles: readonly string[]): object[] =>
    titles.map((title) => ({ title, reason, failed: false }));
  const given = (...panels: readonly object[]): CheckResult | undefined =>
    check({ version: "13.2.3", sources: [SOURCE], dashboards: [FLEET], panels });

  it("counts panels with data, and names empty ones by dashboard, server and reason", () => {
    const audit = [
      ...empty("no log line matches", "Failed logins", "Denied", "Users", "Sources", "Roots"),
      ...empty("no log line in the time range", "OOM"),
    ];
    const hub = ["a", "b", "c", "d"].flatMap((metric) => empty(`the metric ${metric} does not exist on hub`, metric));
    const panels = [
      view("Fleet", null, 12),
      view("Audit", null, 13, { empty: audit }),
      view("Server", "hub", 35, { empty: hub }),
    ];
    expect(given(...panels)).toMatchObject({
      outcome: Outcome.PASS,
      details: [
        'dashboards: "Fleet"',
        "data sources: Prometheus",
        "panels with data: 50 of 60",
        'Audit: 6 of 13 panels without data: "Failed logins", "Denied", "Users" and 2 more (no log line matches), "OOM" (no log line in the time range)',
        'Server of hub: 4 of 35 panels without data: "a" (the metric a does not exist on hub), "b" (the metric b does not exist on hub), "c" (the metric c does not exist on hub), 1 more for other reasons',
      ],
      failures: [],
    });
  });

  it("fails if panels that should have data are empty", () => {
    const failed = (reason: string, ...titles: readonly string[]): object[] =>
      titles.map((title) => ({ title, reason, failed: true }));
    const server = [...failed("query error: bad", "CPU", "Load"), ...empty("the metric a does not exist on app", "A")];
    const panels = [
      view("Server", "app", 35, { empty: server }),
      view("Fleet", null, 12, { empty: failed("nothing", "Up") }),
    ];
    const fix = "play grafana on shows; if that does not help, open the dashboard and inspect the query of the panel";
    expect(given(...panels)).toMatchObject({
      outcome: Outcome.FAIL,
      failures: [
        {
          problem: 'Server of app in Grafana on shows: the panels "CPU", "Load" show no data',
          cause: "query error: bad",
          fix,
        },
        { problem: 'Fleet in Grafana on shows: the panel "Up" shows no data', cause: "nothing", fix },
      ],
    });
  });

  it("reports the panels of user-provided dashboards, which never fail", () => {
    const panels = [
      view("Fleet", null, 12),
      view("Shop", null, 4, {
        builtIn: false,
        empty: [{ title: "Sold", reason: "query error: bad", failed: true }],
        skipped: [{ title: "L", reason: "library panels are not queried" }],
      }),
    ];
    expect(given(...panels)).toMatchObject({
      outcome: Outcome.PASS,
      details: [
        'dashboards: "Fleet"',
        "data sources: Prometheus",
        "panels with data: 12 of 12",
        "panels with data in user-provided dashboards: 3 of 4",
        'Shop: 1 of 4 panels without data: "Sold" (query error: bad)',
        'Shop: 1 panel not queried: "L" (library panels are not queried)',
      ],
      failures: [],
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
