import { alertDelivery } from "../../../../lib/verify/checks/alert-delivery";
import { CheckResult } from "../../../../lib/verify/checks/check";
import { Outcome } from "../../../../lib/verify/outcome";
import { checkLines, COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

const componentUrls = { alertmanager: "http://10.0.0.2:9093" };

/** The result for Alertmanagers with these values, each on its own server. */
function check(...values: readonly (object | undefined)[]): CheckResult | undefined {
  const given = fleet(0);
  const hosts = values.map((_, index) => server(`alerts-${index + 1}`, `10.0.0.2${index}`, { componentUrls }));
  const answers = Object.fromEntries(
    values.map((each, index) => [`alerts-${index + 1}`, healthy(...checkLines("alertmanager", each))]),
  );
  return alertDelivery(measured({ ...given, servers: [...given.servers, ...hosts] }, { answers }), COMMANDS);
}

const slack = { receiver: "ops", integration: "slack", seconds: 0.4 };
const WORKING = { members: 1, watchdog: true, deliveries: [slack] };

describe("alertDelivery", () => {
  it("lists the receivers that accepted the test alert, and how long they took", () => {
    const pager = { receiver: "on-call", integration: "pagerduty", seconds: 1.2 };
    expect(check({ ...WORKING, deliveries: [slack, pager] })).toEqual({
      name: "alert delivery",
      outcome: Outcome.PASS,
      summary: "1 Alertmanager: test alert accepted by ops (slack) in 0.4 s, on-call (pagerduty) in 1.2 s",
      details: [],
      failures: [],
    });
  });

  it("tests each member of a cluster, and reports the longest time", () => {
    const slower = { ...WORKING, members: 2, deliveries: [{ ...slack, seconds: 15.6 }] };
    expect(check({ ...WORKING, members: 2 }, slower)).toMatchObject({
      outcome: Outcome.PASS,
      summary: "2 Alertmanagers: test alert accepted by ops (slack) in 15.6 s",
    });
  });

  it("is skipped without receivers, because nobody is notified", () => {
    expect(check({ ...WORKING, deliveries: [] })).toMatchObject({
      outcome: Outcome.SKIPPED,
      summary: "1 Alertmanager: no receivers, so nobody is notified",
    });
  });

  it("fails without receivers if Prometheus' alerts do not arrive", () => {
    expect(check({ ...WORKING, watchdog: false, deliveries: [] })).toMatchObject({ outcome: Outcome.FAIL });
  });

  it.each([
    [
      "a receiver does not accept the test alert",
      { ...WORKING, deliveries: [{ receiver: "ops", integration: "slack", error: "unexpected status code 403" }] },
      'the receiver "ops" (slack) did not accept a test alert from alerts-1: unexpected status code 403',
    ],
    [
      "Prometheus' alerts do not arrive",
      { ...WORKING, watchdog: false },
      "the Watchdog alert, which always fires, does not arrive at Alertmanager on alerts-1",
    ],
    [
      "the cluster has another number of members",
      { ...WORKING, members: 3 },
      "Alertmanager on alerts-1 sees 3 cluster members, expected 1",
    ],
    ["an Alertmanager does not answer", { error: "refused" }, "Alertmanager on alerts-1: refused"],
  ])("fails if %s", (_, values, problem) => {
    const result = check(values);
    expect(result?.outcome).toBe(Outcome.FAIL);
    expect(result?.failures.map((failure) => failure.problem)).toEqual([problem]);
  });

  it("is not measured if an Alertmanager has no result", () => {
    expect(check(undefined)).toMatchObject({
      outcome: Outcome.NOT_MEASURED,
      summary: "1 Alertmanager (0 answered)",
      failures: [],
    });
    expect(check({ ...WORKING, members: 2 }, undefined)).toMatchObject({
      outcome: Outcome.NOT_MEASURED,
      summary: "2 Alertmanagers (1 answered): test alert accepted by ops (slack) in 0.4 s",
    });
  });

  it("is left out without an Alertmanager", () => {
    expect(check()).toBeUndefined();
  });
});
