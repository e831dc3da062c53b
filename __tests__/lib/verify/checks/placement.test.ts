import { CheckResult } from "../../../../lib/verify/checks/check";
import { placement } from "../../../../lib/verify/checks/placement";
import { Outcome } from "../../../../lib/verify/measurement";
import { Answer } from "../../../../lib/verify/observation";
import { COMMANDS, fleet, measured, server, WELL } from "../../../support/fleet";

const EXPORTER = "node_exporter active enabled 1.12.1";

/** What the criterion makes of a hub and of other servers, each with an exporter in the code and what it said. */
function judged(hub: readonly string[], ...others: readonly (readonly string[] | undefined)[]): CheckResult | undefined {
  const answer = (services: readonly string[] | undefined): Answer =>
    services === undefined
      ? { unreachable: "no route" }
      : { lines: [...(WELL.lines ?? []), ...services.map((each) => `service=${each}`)] };
  const all = {
    ...fleet(0),
    servers: [
      server("hub", "10.0.0.10", { components: ["grafana", "node_exporter"] }),
      ...others.map((_, index) => server(`app-${index}`, `10.0.0.2${index}`, { components: ["node_exporter"] })),
    ],
  };
  const said = others.map((services, index) => [`app-${index}`, answer(services)] as const);
  return placement(measured(all, { answers: { hub: answer(hub), ...Object.fromEntries(said) } }), COMMANDS);
}

test("each component is told with its version and where it runs", () => {
  expect(judged(["grafana active enabled 13.2.3", EXPORTER], [EXPORTER])).toEqual({
    text: "placement: each component by a playbook of its own, where the code has it: grafana 13.2.3 on hub; node_exporter 1.12.1 on hub and app-0",
    outcome: Outcome.PASS,
    differences: [],
  });
});

test("of many servers their number is told, and of several versions all", () => {
  const { text } = judged([EXPORTER], [EXPORTER], [EXPORTER], ["node_exporter active enabled 1.9.0"]) ?? {};
  expect(text).toContain("grafana on 0 of 1 server; node_exporter 1.12.1 and 1.9.0 on 4 of 4 servers");
});

test("what does not run, what is not there and what should not be there are told", () => {
  const { outcome, differences } =
    judged(["grafana failed enabled 13.2.3"], [EXPORTER, "loki active enabled 3.7.8"]) ?? {};
  expect(outcome).toBe(Outcome.FAIL);
  expect(differences).toEqual([
    { what: "grafana does not run on hub: it is failed", mend: "play grafana on hub" },
    { what: "node_exporter does not run on hub: it is not installed", mend: "play node_exporter on hub" },
    { what: "loki is on app-0, where the code has none", mend: "play cleanup on app-0" },
  ]);
});

test("of a server that does not answer nothing was measured", () => {
  expect(judged(["grafana active enabled 13.2.3", EXPORTER], undefined)).toMatchObject({
    text: expect.stringContaining("node_exporter 1.12.1 on 1 of 2 servers") as string,
    outcome: Outcome.NOT_MEASURED,
    differences: [],
  });
});

test("where nothing is placed there is nothing to promise", () => {
  expect(placement(measured(fleet()), COMMANDS)).toBeUndefined();
});
