import { evaluateProbes, Outcome } from "../../../lib/verify/measurement";
import { CONTROLLER, isDatagram, UNAUTHORIZED_SOURCE } from "../../../lib/verify/plan";
import { Changes, fleet, measured, server, WELL } from "../../support/fleet";

const STRANGE = { address: "192.0.2.2", reaches: new Set(["hub", "app-0"]) };

/** What became of one edge, in words. */
function edge(from: string, to: string, port: number, changes: Changes = {}, given = fleet()): string | undefined {
  const verdict = measured(given, changes).verdicts.find(
    ({ probe }) => probe.from === from && probe.to === to && probe.port === port,
  );
  return verdict && [verdict.outcome, ...(verdict.why === undefined ? [] : [verdict.why])].join(": ");
}

test("all is fine where who is admitted gets through, and all others are dropped", () => {
  const outcomes = measured(fleet(3)).verdicts.map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set([Outcome.PASS]));
});

test.each([
  ["hub", "app-0", 9100, "filtered"],
  ["hub", "app-0", 9100, "refused"],
  ["hub", "app-0", 9100, "unreachable"],
  ["app-0", "hub", 9090, "open"],
  ["app-0", "hub", 9090, "refused"],
])("%s -> %s %d differs when it is %s", (from, to, port, found) => {
  expect(edge(from, to, port, { found: { [`${from} ${to} ${port}`]: found } })).toBe(Outcome.FAIL);
});

test("that there is no way for somebody who is not admitted says nothing of the firewall", () => {
  const found = { "app-0 hub 9090": "unreachable" };
  expect(edge("app-0", "hub", 9090, { found })).toBe(`${Outcome.NOT_MEASURED}: unreachable`);
});

test("silence of a server that is not there is not that of its firewall; an open port is one all the same", () => {
  const answers = { hub: { unreachable: "no route" } };
  expect(edge("app-0", "hub", 9090, { answers })).toBe(`${Outcome.NOT_MEASURED}: hub could not be looked at`);
  expect(edge("app-0", "hub", 9090, { answers, found: { "app-0 hub 9090": "open" } })).toBe(Outcome.FAIL);
  expect(edge("hub", "app-0", 9100, { answers })).toBe(`${Outcome.NOT_MEASURED}: hub could not be looked at`);
});

test("this machine is who the server sees, whatever its own address", () => {
  const [, ...rest] = WELL.lines ?? [];
  const answers = { "app-0": { lines: ["peer=203.0.113.99 22", ...rest] } };
  const found = { [`${CONTROLLER} app-0 9100`]: "filtered" };
  expect(edge(CONTROLLER, "app-0", 9100, { answers, found })).toBe(Outcome.PASS);
  expect(edge(CONTROLLER, "app-0", 9100, { answers: { "app-0": { lines: rest } } })).toMatch(
    "not measured: by what address app-0 sees this machine is not known",
  );
});

test("servers of different networks see each other's public addresses", () => {
  const given = fleet(1, { network: "other", publicAddress: "203.0.113.7" });
  const servers = given.servers.map((one) => (one.name === "hub" ? { ...one, publicAddress: "203.0.113.8" } : one));
  const found = { "hub app-0 9100": "filtered" };
  expect(edge("hub", "app-0", 9100, { found }, { ...given, servers })).toBe(Outcome.PASS);
});

test("a server that is known by a name only is not judged", () => {
  const given = fleet();
  const servers = given.servers.map((one) => (one.name === "hub" ? { ...one, address: "hub.example.com" } : one));
  expect(edge("hub", "app-0", 9100, {}, { ...given, servers })).toMatch(/^not measured: by what address/);
});

describe("datagrams", () => {
  const port = { name: "alertmanager_cluster", protocol: "udp", port: 9100, sources: ["10.0.0.10"] };
  const ports = [...server("any", "").ports, port];
  const given = fleet(1, { ports });
  const outcome = (from: string, found?: string | null): Outcome | undefined => {
    const { plan, looks } = measured(given);
    const probes = plan.probes.filter((probe) => isDatagram(probe) && probe.from === from);
    const datagrams = new Map(found === undefined ? [] : [[from, [found]] as const]);
    return evaluateProbes(given, { ...plan, probes }, looks, { connections: new Map(), datagrams })[0]?.outcome;
  };

  test("are told apart from connections to a port of the same number", () => {
    const verdicts = measured(given).verdicts.filter(({ probe }) => probe.to === "app-0" && probe.from === "hub");
    expect(verdicts.map(({ probe, found, outcome }) => [probe.protocol, found, outcome])).toEqual([
      ["tcp", "open", Outcome.PASS],
      ["udp", "let in", Outcome.PASS],
    ]);
  });

  test.each([
    ["hub", "let in", Outcome.PASS],
    ["hub", "dropped", Outcome.FAIL],
    ["hub", "unreachable", Outcome.FAIL],
    ["hub", null, Outcome.NOT_MEASURED],
    ["hub", undefined, Outcome.NOT_MEASURED],
    [CONTROLLER, "let in", Outcome.FAIL],
    [CONTROLLER, "dropped", Outcome.PASS],
    [CONTROLLER, "unreachable", Outcome.NOT_MEASURED],
  ])("from %s, %s: %s", (from, found, wanted) => {
    expect(outcome(from, found)).toBe(wanted);
  });
});

describe("a stranger", () => {
  test("counts where it comes through to SSH, which itself is not told", () => {
    expect(edge(UNAUTHORIZED_SOURCE, "app-0", 9100, { stranger: STRANGE })).toBe(Outcome.PASS);
    expect(edge(UNAUTHORIZED_SOURCE, "app-0", 22, { stranger: STRANGE })).toBeUndefined();
    const found = { [`${UNAUTHORIZED_SOURCE} app-0 9100`]: "open" };
    expect(edge(UNAUTHORIZED_SOURCE, "app-0", 9100, { stranger: STRANGE, found })).toBe(Outcome.FAIL);
  });

  test("is no proof by its silence where it would not be heard anyway", () => {
    const found = { [`${UNAUTHORIZED_SOURCE} app-0 22`]: "filtered" };
    expect(edge(UNAUTHORIZED_SOURCE, "app-0", 9100, { stranger: STRANGE, found })).toBeUndefined();
  });
});
