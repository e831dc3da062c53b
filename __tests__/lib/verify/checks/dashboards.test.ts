import { CheckResult } from "../../../../lib/verify/checks/check";
import { dashboards } from "../../../../lib/verify/checks/dashboards";
import { Outcome } from "../../../../lib/verify/measurement";
import { COMMANDS, fleet, measured, server, WELL } from "../../../support/fleet";

const SOURCE = { uid: "prometheus", name: "Prometheus", error: "" };
const FLEET = { uid: "cdktf-monitoring-fleet", title: "Fleet" };

/** What the criterion makes of a Grafana that answers so. */
function judged(answer: object | undefined): CheckResult | undefined {
  const given = fleet(0);
  const host = server("shows", "10.0.0.20", { questions: { grafana: "http://10.0.0.20:3000" } });
  const lines = answer === undefined ? [] : [`said=grafana ${JSON.stringify(answer)}`];
  const answers = { shows: { lines: [...(WELL.lines ?? []), ...lines] } };
  return dashboards(measured({ ...given, servers: [...given.servers, host] }, { answers }), COMMANDS);
}

test("what it has is told", () => {
  expect(judged({ version: "13.2.3", sources: [SOURCE], dashboards: [FLEET], panels: [] })).toEqual({
    text: 'dashboards: 1 Grafana; "Fleet", of Prometheus',
    outcome: Outcome.PASS,
    differences: [],
  });
});

test("how many panels have data is told for each server, and which have none", () => {
  const panels = [
    { title: "Fleet", server: null, panels: 12, empty: [] },
    { title: "Server", server: "app", panels: 35, empty: ["Swap", "Tasks"] },
    { title: "Server", server: "hub", panels: 35, empty: ["Swap", "Tasks", "Clock", "Units", "Disks"] },
  ];
  expect(judged({ version: "13.2.3", sources: [SOURCE], dashboards: [FLEET], panels })).toMatchObject({
    text: 'dashboards: 1 Grafana; "Fleet", of Prometheus; panels with data: Fleet 12 of 12, Server of app 33 of 35 (not "Swap", "Tasks"), Server of hub 30 of 35 (not "Swap", "Tasks", "Clock" and 2 more)',
    outcome: Outcome.PASS,
  });
});

test("a data source that does not answer is told with the reason, and so is that there are no dashboards", () => {
  const loki = { uid: "loki", name: "Loki", error: "connection refused" };
  expect(judged({ version: "13.2.3", sources: [SOURCE, loki], dashboards: [], panels: [] })).toMatchObject({
    text: "dashboards: 1 Grafana; no dashboards, of Prometheus, Loki",
    outcome: Outcome.FAIL,
    differences: [
      {
        what: "Grafana on shows gets no answer from Loki: connection refused",
        mend: "if the port is open (see above), look at the journal of loki.service",
      },
      { what: "Grafana on shows has no dashboards", mend: "play grafana on shows" },
    ],
  });
});

test("one that does not answer is told", () => {
  expect(judged({ error: "no answer" })).toMatchObject({
    text: "dashboards: 1 Grafana; none said what it has",
    outcome: Outcome.FAIL,
    differences: [{ what: "Grafana on shows: no answer", mend: "play grafana on shows" }],
  });
});

test("where its server said nothing, nothing was measured", () => {
  expect(judged(undefined)).toMatchObject({ outcome: Outcome.NOT_MEASURED, differences: [] });
});

test("without a Grafana there is nothing to promise", () => {
  expect(dashboards(measured(fleet(0)), COMMANDS)).toBeUndefined();
});
