import { CheckResult } from "../../../../lib/verify/checks/check";
import { logs } from "../../../../lib/verify/checks/logs";
import { Outcome } from "../../../../lib/verify/measurement";
import { Answer } from "../../../../lib/verify/observation";
import { COMMANDS, fleet, measured, server, WELL } from "../../../support/fleet";

const questions = { loki: "http://10.0.0.2:3100" };

/** What the criterion makes of Lokis that answer so, each on a server of its own. */
function judged(...answers: readonly (object | undefined)[]): CheckResult | undefined {
  const given = fleet(0);
  const more = { questions, components: ["log_agent"], logSources: ["shop"] };
  const hosts = answers.map((_, index) => server(`logs-${index + 1}`, `10.0.0.2${index}`, more));
  const said = answers.map((answer, index): [string, Answer] => {
    const lines = answer === undefined ? [] : [`said=loki ${JSON.stringify(answer)}`];
    return [`logs-${index + 1}`, { lines: [...(WELL.lines ?? []), ...lines] }];
  });
  const changes = { answers: Object.fromEntries(said) };
  const all = { ...given, kinds: [...given.kinds, "log_agent"], servers: [...given.servers, ...hosts] };
  return logs(measured(all, changes), COMMANDS);
}

const WELL_DONE = {
  members: 1,
  logins: ["logs-1", "logs-2", "logs-3"],
  newest: [
    { job: "nginx", kind: "access", age: 2.6 },
    { job: "prometheus", age: 300 },
    { job: "sshd", kind: "audit", age: 36_000 },
  ],
};

test("what wrote last is told with its age", () => {
  expect(judged(WELL_DONE)).toEqual({
    text: "logs: 1 Loki; SSH logins of 1 of 1 server; newest lines of nginx (access) 3 s ago, prometheus 5 min ago, sshd (audit) 10 h ago; none of the last day of shop, sudo",
    outcome: Outcome.PASS,
    differences: [],
  });
});

test("a line from a clock that is ahead is one of now", () => {
  expect(judged({ ...WELL_DONE, newest: [{ job: "nginx", age: -3 }] })?.text).toBe(
    "logs: 1 Loki; SSH logins of 1 of 1 server; newest lines of nginx 0 s ago; none of the last day of shop, sudo",
  );
});

test("of a cluster all are asked", () => {
  const three = { ...WELL_DONE, members: 3 };
  expect(judged(three, three, three)).toMatchObject({ outcome: Outcome.PASS });
  expect(judged(three, three, { ...three, members: 2 })).toMatchObject({
    outcome: Outcome.FAIL,
    differences: [
      { what: "Loki on logs-3 is in a cluster of 2, and should be in one of 3", mend: "play loki on logs-3" },
    ],
  });
});

test("one that does not answer, and one without lines, are told", () => {
  const { text, differences } = judged({ error: "no answer" }, { members: 2, logins: ["logs-1"], newest: [] }) ?? {};
  expect(text).toBe("logs: 2 Lokis; SSH logins of 1 of 2 servers; no lines; none of the last day of shop, sudo");
  expect(differences?.map(({ problem }) => problem)).toEqual([
    "Loki on logs-1: no answer",
    "Loki on logs-2 has no line of the last day",
    "no Loki has an SSH login of logs-2, which verify itself has just made",
  ]);
});

test("where a server said nothing, nothing was measured", () => {
  expect(judged(undefined)).toEqual({
    text: "logs: 1 Loki; none said what lines it has",
    outcome: Outcome.NOT_MEASURED,
    differences: [],
  });
});

test("without a Loki there is nothing to promise", () => {
  expect(judged()).toBeUndefined();
});
