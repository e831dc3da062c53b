import { SSH } from "../access/access";
import { isAllowed } from "./allowed-access";
import { Fleet, FleetServer } from "./fleet";
import { Observation } from "./observation";
import { CONTROLLER, isDatagram, Plan, Probe, seenFrom, UNAUTHORIZED_SOURCE } from "./plan";

/** How a try compares with what should have come of it. */
export interface Verdict {
  readonly probe: Probe;
  /** `open` or `closed`; undefined where it cannot be told. */
  readonly expected?: string;
  /**
   * `open`, `refused` or `filtered` (nothing came back), of datagrams `let in` or `dropped`; `unreachable` or an error;
   * undefined where nothing was tried.
   */
  readonly found?: string;
  readonly outcome: Outcome;
  /** Why it was not measured. */
  readonly why?: string;
}

/** Whether something is as it should be. */
export enum Outcome {
  PASS = "fine",
  FAIL = "differs",
  NOT_MEASURED = "not measured",
}

/** All that was measured in a monitoring. */
export interface Measurement {
  readonly fleet: Fleet;
  readonly plan: Plan;
  readonly looks: ReadonlyMap<string, Observation>;
  readonly verdicts: readonly Verdict[];
  /** The last drill that was kept of the stack, if there is one. */
  readonly drill?: Drill;
  /** Rules of the cloud's firewall that are not of our making; undefined where no cloud has one. */
  readonly surplus?: readonly string[];
}

/** A drill that destroyed the stack and rebuilt it. */
export interface Drill {
  /** When it began, as in ISO 8601. */
  readonly date: string;
  /** What both took. */
  readonly seconds: number;
  /** Where it is kept. */
  readonly file: string;
}

/** What came of the tries, by who made them, each in the order of the plan. */
export interface ProbeResults {
  /** Of those to connect. */
  readonly connections: ReadonlyMap<string, readonly string[]>;
  /** Of datagrams; null where nobody can tell. */
  readonly datagrams: ReadonlyMap<string, readonly (string | null)[]>;
}

/** Compares what was found with what the servers' rules say. */
export function evaluateProbes(fleet: Fleet, plan: Plan, looks: ReadonlyMap<string, Observation>, found: ProbeResults): Verdict[] {
  const servers = new Map(fleet.servers.map((server) => [server.name, server]));
  const [connections, datagrams] = [iterators(found.connections), iterators(found.datagrams)];
  const all = plan.probes.map((probe) => {
    const result = (isDatagram(probe) ? datagrams : connections).get(probe.from)?.next().value ?? undefined;
    const address = addressOf(probe, servers, looks, plan.stranger);
    const expected = address === undefined ? undefined : isAllowed(probe.sources, address);
    return verdict(probe, expected, result, looks.get(probe.to)?.silent, looks.get(probe.from)?.silent);
  });
  return withoutControls(all, servers);
}

function iterators<T>(found: ReadonlyMap<string, readonly T[]>): Map<string, Iterator<T, undefined>> {
  return new Map([...found].map(([from, results]) => [from, results[Symbol.iterator]()]));
}

/** As what a destination sees who knocks. */
function addressOf(
  { from, to }: Probe,
  servers: ReadonlyMap<string, FleetServer>,
  looks: ReadonlyMap<string, Observation>,
  stranger: string | undefined,
): string | undefined {
  if (from === UNAUTHORIZED_SOURCE) return stranger;
  const destination = servers.get(to);
  if (from !== CONTROLLER) {
    const source = servers.get(from);
    return source && destination ? seenFrom(destination, source) : undefined;
  }
  return looks.get(to)?.controller;
}

function verdict(
  probe: Probe,
  admitted: boolean | undefined,
  found: string | undefined,
  silentDestination: string | undefined,
  silentSource: string | undefined,
): Verdict {
  const own = probe.from === CONTROLLER && probe.name === SSH;
  // The connection over which a server is looked at is admitted, whatever else is.
  const expected = own ? "open" : admitted === undefined ? undefined : admitted ? "open" : "closed";
  const unmeasured = (why: string): Verdict => ({ probe, expected, found, outcome: Outcome.NOT_MEASURED, why });
  if (silentSource !== undefined) return unmeasured(`${probe.from} could not be looked at`);
  const through = found === "open" || found === "let in";
  if (through && expected === "closed") return { probe, expected, found, outcome: Outcome.FAIL };
  if (silentDestination !== undefined) return unmeasured(`${probe.to} could not be looked at`);
  if (found === undefined)
    return unmeasured(`${isDatagram(probe) ? `${probe.from} or ${probe.to}` : probe.from} said nothing of it`);
  if (expected === undefined) return unmeasured(`by what address ${probe.to} sees ${probe.from} is not known`);
  if (found === "unreachable" || found.startsWith("error")) {
    return expected === "open" ? { probe, expected, found, outcome: Outcome.FAIL } : unmeasured(found);
  }
  const right = expected === "open" ? through : found === "filtered" || found === "dropped";
  return { probe, expected, found, outcome: right ? Outcome.PASS : Outcome.FAIL };
}

/**
 * A stranger's silence tells nothing where it could not be heard anyway. It is heard where it comes through to SSH, which
 * no rule of ours closes; that itself is nothing to report.
 */
function withoutControls(verdicts: readonly Verdict[], servers: ReadonlyMap<string, FleetServer>): Verdict[] {
  const heard = new Set(
    verdicts
      .filter(({ probe, found }) => probe.from === UNAUTHORIZED_SOURCE && probe.name === SSH && found === "open")
      .map(({ probe }) => probe.to),
  );
  return verdicts.flatMap((each): Verdict[] => {
    const { probe, outcome } = each;
    if (probe.from !== UNAUTHORIZED_SOURCE) return [each];
    if (probe.name === SSH && servers.get(probe.to)?.sshd === undefined) return [];
    return outcome === Outcome.PASS && !heard.has(probe.to) ? [] : [each];
  });
}
