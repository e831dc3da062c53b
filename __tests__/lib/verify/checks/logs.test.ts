import { CheckResult } from "../../../../lib/verify/checks/check";
import { logs } from "../../../../lib/verify/checks/logs";
import { Outcome } from "../../../../lib/verify/outcome";
import { checkLines, COMMANDS, fleet, healthy, measured, server } from "../../../support/fleet";

const componentUrls = { loki: "http://10.0.0.2:3100" };

/** The result for Lokis with these values, each on its own server. */
function check(...values: readonly (object | undefined)[]): CheckResult | undefined {
  const given = fleet(0);
  const more = { componentUrls, components: ["log_agent"], logSources: ["shop"] };
  const hosts = values.map((_, index) => server(`logs-${index + 1}`, `10.0.0.2${index}`, more));
  const answers = Object.fromEntries(
    values.map((each, index) => [`logs-${index + 1}`, healthy(...checkLines("loki", each))]),
  );
  const all = { ...given, kinds: [...given.kinds, "log_agent"], servers: [...given.servers, ...hosts] };
  return logs(measured(all, { answers }), COMMANDS);
}

const WORKING = {
  members: 1,
  logins: ["logs-1", "logs-2", "logs-3"],
  newest: [
    { job: "nginx", kind: "access", age: 2.6 },
    { job: "prometheus", age: 300 },
    { job: "sshd", kind: "audit", age: 36_000 },
  ],
};

describe("logs", () => {
  it("reports SSH logins and the age of the newest line of each job", () => {
    expect(check(WORKING)).toEqual({
      name: "logs",
      outcome: Outcome.PASS,
      summary: "1 Loki: SSH logins of 1 of 1 server",
      details: [
        "newest lines: nginx (access) 3 s ago, prometheus 5 min ago, sshd (audit) 10 h ago",
        "no lines in the last day: shop, sudo",
      ],
      failures: [],
    });
  });

  it("reports age 0 for a line of a server whose clock is ahead", () => {
    expect(check({ ...WORKING, newest: [{ job: "nginx", age: -3 }] })?.details).toContain(
      "newest lines: nginx 0 s ago",
    );
  });

  it("fails if a Loki sees another number of cluster members", () => {
    const three = { ...WORKING, members: 3 };
    expect(check(three, three, three)).toMatchObject({ outcome: Outcome.PASS });
    expect(check(three, three, { ...three, members: 2 })).toMatchObject({
      outcome: Outcome.FAIL,
      failures: [{ problem: "Loki on logs-3 sees 2 cluster members, expected 3", fix: "play loki on logs-3" }],
    });
  });

  it("fails if a Loki does not answer, has no lines or lacks a login", () => {
    const result = check({ error: "no answer" }, { members: 2, logins: ["logs-1"], newest: [] });
    expect(result).toMatchObject({
      outcome: Outcome.FAIL,
      summary: "2 Lokis (1 answered): SSH logins of 1 of 2 servers",
      details: ["no lines in the last day: shop, sudo"],
    });
    expect(result?.failures.map(({ problem }) => problem)).toEqual([
      "Loki on logs-1: no answer",
      "Loki on logs-2 has no log line of the last day",
      "no Loki has the SSH login that this verification caused on logs-2",
    ]);
  });

  it("is not measured if the server has no result", () => {
    expect(check(undefined)).toEqual({
      name: "logs",
      outcome: Outcome.NOT_MEASURED,
      summary: "1 Loki (0 answered)",
      details: [],
      failures: [],
    });
  });

  it("is left out without a Loki", () => {
    expect(check()).toBeUndefined();
  });
});
