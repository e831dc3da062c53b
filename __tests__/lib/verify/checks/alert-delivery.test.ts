import { alerts } from "../../../../lib/verify/checks/alert-delivery";
import { CheckResult } from "../../../../lib/verify/checks/check";
import { Outcome } from "../../../../lib/verify/measurement";
import { Answer } from "../../../../lib/verify/observation";
import { COMMANDS, fleet, measured, server, WELL } from "../../../support/fleet";

const questions = { alertmanager: "http://10.0.0.2:9093" };

/** What the criterion makes of Alertmanagers that answer so, each on a server of its own. */
function judged(...answers: readonly (object | undefined)[]): CheckResult | undefined {
  const given = fleet(0);
  const hosts = answers.map((_, index) => server(`alerts-${index + 1}`, `10.0.0.2${index}`, { questions }));
  const said = answers.map((answer, index): [string, Answer] => {
    const lines = answer === undefined ? [] : [`said=alertmanager ${JSON.stringify(answer)}`];
    return [`alerts-${index + 1}`, { lines: [...(WELL.lines ?? []), ...lines] }];
  });
  const changes = { answers: Object.fromEntries(said) };
  return alerts(measured({ ...given, servers: [...given.servers, ...hosts] }, changes), COMMANDS);
}

const slack = { receiver: "ops", integration: "slack", seconds: 0.4 };
const WELL_DONE = { members: 1, watchdog: true, deliveries: [slack] };

test("a test alert that arrived is told with its receivers and the time that it took", () => {
  const pager = { receiver: "on-call", integration: "pagerduty", seconds: 1.2 };
  expect(judged({ ...WELL_DONE, deliveries: [slack, pager] })).toEqual({
    text: "alerts: 1 Alertmanager; a test alert arrived at ops (slack) in 0.4 s, on-call (pagerduty) in 1.2 s",
    outcome: Outcome.PASS,
    differences: [],
  });
});

test("of a cluster each member is tried, and the slowest is told", () => {
  const slower = { ...WELL_DONE, members: 2, deliveries: [{ ...slack, seconds: 15.6 }] };
  expect(judged({ ...WELL_DONE, members: 2 }, slower)).toMatchObject({
    text: "alerts: 2 Alertmanagers; a test alert arrived at ops (slack) in 15.6 s",
    outcome: Outcome.PASS,
  });
});

test("without receivers it is said that nobody is told", () => {
  expect(judged({ ...WELL_DONE, deliveries: [] })).toMatchObject({
    text: "alerts: 1 Alertmanager; nobody is told, for the monitoring has no receivers",
    outcome: Outcome.PASS,
  });
});

test.each([
  [
    "a receiver that takes nothing",
    { ...WELL_DONE, deliveries: [{ receiver: "ops", integration: "slack", error: "unexpected status code 403" }] },
    'the receiver "ops" (slack) took no test alert from alerts-1: unexpected status code 403',
  ],
  [
    "a Prometheus whose alerts do not arrive",
    { ...WELL_DONE, watchdog: false },
    "Prometheus' alerts do not arrive at Alertmanager on alerts-1: the Watchdog is missing, which always fires",
  ],
  [
    "a cluster that is not whole",
    { ...WELL_DONE, members: 3 },
    "Alertmanager on alerts-1 is in a cluster of 3, and should be in one of 1",
  ],
  ["one that does not answer", { error: "refused" }, "Alertmanager on alerts-1: refused"],
])("%s is a difference", (_, answer, what) => {
  const result = judged(answer);
  expect(result?.outcome).toBe(Outcome.FAIL);
  expect(result?.differences.map((difference) => difference.problem)).toEqual([what]);
});

test("one that said nothing was not measured", () => {
  expect(judged(undefined)).toMatchObject({ outcome: Outcome.NOT_MEASURED, differences: [] });
});

test("where there is none nothing is told", () => {
  expect(judged()).toBeUndefined();
});
