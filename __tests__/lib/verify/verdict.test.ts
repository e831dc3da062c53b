import { Outcome } from "../../../lib/verify/outcome";
import { CONTROLLER, isDatagram, UNAUTHORIZED_SOURCE } from "../../../lib/verify/plan";
import { evaluateProbes } from "../../../lib/verify/verdict";
import { Changes, fleet, healthy, measured, server } from "../../support/fleet";

const UNAUTHORIZED = { address: "192.0.2.2", servers: new Set(["hub", "app-0"]) };

/** The outcome of one probe, with the reason if there is one. */
function outcomeOf(from: string, to: string, port: number, changes: Changes = {}, given = fleet()): string | undefined {
  const verdict = measured(given, changes).verdicts.find(
    ({ probe }) => probe.from === from && probe.to === to && probe.port === port,
  );
  return verdict && [verdict.outcome, ...(verdict.reason === undefined ? [] : [verdict.reason])].join(": ");
}

describe("evaluateProbes", () => {
  it("passes if allowed sources connect and the packets of all others are dropped", () => {
    const outcomes = measured(fleet(3)).verdicts.map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set([Outcome.PASS]));
  });

  it.each([
    ["hub", "app-0", 9100, "filtered"],
    ["hub", "app-0", 9100, "refused"],
    ["hub", "app-0", 9100, "unreachable"],
    ["app-0", "hub", 9090, "open"],
    ["app-0", "hub", 9090, "refused"],
  ])("fails if %s -> %s %d is %s", (from, to, port, result) => {
    expect(outcomeOf(from, to, port, { results: { [`${from} ${to} ${port}`]: result } })).toBe(Outcome.FAIL);
  });

  it("does not mistake a missing route from an unauthorized server for a firewall that drops packets", () => {
    const results = { "app-0 hub 9090": "unreachable" };
    expect(outcomeOf("app-0", "hub", 9090, { results })).toBe(`${Outcome.NOT_MEASURED}: unreachable`);
  });

  it("does not measure servers that could not be observed, but reports their open ports", () => {
    const answers = { hub: { unreachable: "no route" } };
    const notObserved = `${Outcome.NOT_MEASURED}: hub could not be observed`;
    expect(outcomeOf("app-0", "hub", 9090, { answers })).toBe(notObserved);
    expect(outcomeOf("app-0", "hub", 9090, { answers, results: { "app-0 hub 9090": "open" } })).toBe(Outcome.FAIL);
    expect(outcomeOf("hub", "app-0", 9100, { answers })).toBe(notObserved);
  });

  it("uses the controller's address as the server sees it", () => {
    const [, ...rest] = healthy().lines ?? [];
    const answers = { "app-0": { lines: ["peer=203.0.113.99 22", ...rest] } };
    const results = { [`${CONTROLLER} app-0 9100`]: "filtered" };
    expect(outcomeOf(CONTROLLER, "app-0", 9100, { answers, results })).toBe(Outcome.PASS);
    expect(outcomeOf(CONTROLLER, "app-0", 9100, { answers: { "app-0": { lines: rest } } })).toBe(
      "not measured: the address of this machine as app-0 sees it is unknown",
    );
  });

  it("uses the public addresses of servers in different networks", () => {
    const given = fleet(1, { network: "other", publicAddress: "203.0.113.7" });
    const servers = given.servers.map((one) => (one.name === "hub" ? { ...one, publicAddress: "203.0.113.8" } : one));
    const results = { "hub app-0 9100": "filtered" };
    expect(outcomeOf("hub", "app-0", 9100, { results }, { ...given, servers })).toBe(Outcome.PASS);
  });

  it("does not measure a source whose address is a host name", () => {
    const given = fleet();
    const servers = given.servers.map((one) => (one.name === "hub" ? { ...one, address: "hub.example.com" } : one));
    expect(outcomeOf("hub", "app-0", 9100, {}, { ...given, servers })).toBe(
      "not measured: the address of hub as app-0 sees it is unknown",
    );
  });
});

describe("evaluateProbes with datagrams", () => {
  const port = { name: "alertmanager_cluster", protocol: "udp", port: 9100, sources: ["10.0.0.10"] };
  const ports = [...server("any", "").ports, port];
  const given = fleet(1, { ports });
  const outcome = (from: string, result?: string | null): Outcome | undefined => {
    const { plan, observations } = measured(given);
    const probes = plan.probes.filter((probe) => isDatagram(probe) && probe.from === from);
    const datagrams = new Map(result === undefined ? [] : [[from, [result]] as const]);
    const results = { connections: new Map(), datagrams };
    return evaluateProbes(given, { ...plan, probes }, observations, results)[0]?.outcome;
  };

  it("distinguishes them from connections to the same port number", () => {
    const verdicts = measured(given).verdicts.filter(({ probe }) => probe.to === "app-0" && probe.from === "hub");
    expect(verdicts.map(({ probe, observed, outcome }) => [probe.protocol, observed, outcome])).toEqual([
      ["tcp", "open", Outcome.PASS],
      ["udp", "received", Outcome.PASS],
    ]);
  });

  it.each([
    ["hub", "received", Outcome.PASS],
    ["hub", "dropped", Outcome.FAIL],
    ["hub", "unreachable", Outcome.FAIL],
    ["hub", null, Outcome.NOT_MEASURED],
    ["hub", undefined, Outcome.NOT_MEASURED],
    [CONTROLLER, "received", Outcome.FAIL],
    [CONTROLLER, "dropped", Outcome.PASS],
    [CONTROLLER, "unreachable", Outcome.NOT_MEASURED],
  ])("from %s, %s: %s", (from, result, expected) => {
    expect(outcome(from, result)).toBe(expected);
  });
});

describe("evaluateProbes with an unauthorized source", () => {
  const changes = { unauthorizedSource: UNAUTHORIZED };

  it("counts its blocked probes if SSH answers, and leaves the probe of SSH out", () => {
    expect(outcomeOf(UNAUTHORIZED_SOURCE, "app-0", 9100, changes)).toBe(Outcome.PASS);
    expect(outcomeOf(UNAUTHORIZED_SOURCE, "app-0", 22, changes)).toBeUndefined();
    const results = { [`${UNAUTHORIZED_SOURCE} app-0 9100`]: "open" };
    expect(outcomeOf(UNAUTHORIZED_SOURCE, "app-0", 9100, { ...changes, results })).toBe(Outcome.FAIL);
  });

  it("leaves its blocked probes out if SSH does not answer", () => {
    const results = { [`${UNAUTHORIZED_SOURCE} app-0 22`]: "filtered" };
    expect(outcomeOf(UNAUTHORIZED_SOURCE, "app-0", 9100, { ...changes, results })).toBeUndefined();
  });
});
