import { CheckResult } from "../../../../lib/verify/checks/check";
import { shown } from "../../../../lib/verify/checks/server-metrics";
import { Outcome } from "../../../../lib/verify/measurement";
import { Answer } from "../../../../lib/verify/observation";
import { COMMANDS, fleet, measured, server, WELL } from "../../../support/fleet";

const ALL = ["app", "hub"];

/** What the criterion makes of a Grafana that answers so, of a hub and another server. */
function judged(answer: object | undefined, app: Answer = WELL): CheckResult | undefined {
  const questions = { grafana: "http://10.0.0.10:3000" };
  const servers = [
    server("app", "10.0.0.11", { components: ["node_exporter"] }),
    server("hub", "10.0.0.10", { components: ["grafana", "node_exporter", "prometheus"], questions }),
  ];
  const lines = answer === undefined ? [] : [`said=grafana ${JSON.stringify(answer)}`];
  const answers = { app, hub: { lines: [...(WELL.lines ?? []), ...lines] } };
  return shown(measured({ ...fleet(0), servers }, { answers }), COMMANDS);
}

test("of how many servers it shows what is told", () => {
  expect(judged({ shown: { cpu: ALL, memory: ALL, disk: ALL } })).toEqual({
    text: "Grafana shows of 2 servers: CPU of 2, memory of 2, disk of 2",
    outcome: Outcome.PASS,
    differences: [],
  });
});

test("what is missing is told by server", () => {
  const { text, outcome, differences } = judged({ shown: { cpu: ["hub"], memory: ALL, disk: [] } }) ?? {};
  expect(text).toBe("Grafana shows of 2 servers: CPU of 1, memory of 2, disk of 0");
  expect(outcome).toBe(Outcome.FAIL);
  expect(differences?.map(({ problem }) => problem)).toEqual([
    "Grafana on hub does not show the CPU of app",
    "Grafana on hub does not show the disk of app",
    "Grafana on hub does not show the disk of hub",
  ]);
});

test("of a server that does not answer, and by a Grafana that does not, nothing was measured", () => {
  const hub = { cpu: ["hub"], memory: ["hub"], disk: ["hub"] };
  const unmeasured = { outcome: Outcome.NOT_MEASURED, differences: [] };
  expect(judged({ shown: hub }, { unreachable: "no route" })).toMatchObject(unmeasured);
  expect(judged(undefined)).toMatchObject({ text: "Grafana shows of 2 servers: it did not say what", ...unmeasured });
  expect(judged({ error: "no answer" })).toMatchObject(unmeasured);
});

test("without a Grafana there is nothing to promise", () => {
  expect(shown(measured(fleet()), COMMANDS)).toBeUndefined();
});
