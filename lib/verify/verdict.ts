import { SSH } from "../access/access";
import { routeBetween } from "../network/route";
import { isAllowed } from "./allowed-access";
import { Fleet, FleetServer } from "./fleet";
import { Observation } from "./observation";
import { Outcome } from "./outcome";
import { CONTROLLER, isDatagram, Plan, Probe, UNAUTHORIZED_SOURCE } from "./plan";

/** A probe with its expected and its observed result. */
export interface Verdict {
  readonly probe: Probe;
  /** `open` or `closed`; undefined if it cannot be derived. */
  readonly expected?: string;
  /**
   * `open`, `refused` or `filtered` (no answer); for datagrams `received` or `dropped`; `unreachable` or an error.
   * Undefined if there is no result.
   */
  readonly observed?: string;
  readonly outcome: Outcome;
  /** Why the probe was not measured. */
  readonly reason?: string;
}

/** The results of the probes by source, each list in the order of the plan. */
export interface ProbeResults {
  /** Results of connections. */
  readonly connections: ReadonlyMap<string, readonly string[]>;
  /** Results of datagrams; null if the destination could not report them. */
  readonly datagrams: ReadonlyMap<string, readonly (string | null)[]>;
}

/** Compares the results of all probes with the firewall rules of their destinations. */
export function evaluateProbes(
  fleet: Fleet,
  plan: Plan,
  observations: ReadonlyMap<string, Observation>,
  results: ProbeResults,
): Verdict[] {
  const servers = new Map(fleet.servers.map((server) => [server.name, server]));
  const [connections, datagrams] = [iterators(results.connections), iterators(results.datagrams)];
  const verdicts = plan.probes.map((probe) => {
    const observed = (isDatagram(probe) ? datagrams : connections).get(probe.from)?.next().value ?? undefined;
    const address = sourceAddress(probe, servers, observations, plan.unauthorizedSource);
    const allowed = address === undefined ? undefined : isAllowed(probe.sources, address);
    return evaluate(probe, allowed, observed, observations);
  });
  return withoutControlProbes(verdicts, servers);
}

function iterators<T>(results: ReadonlyMap<string, readonly T[]>): Map<string, Iterator<T, undefined>> {
  return new Map([...results].map(([from, all]) => [from, all[Symbol.iterator]()]));
}

/** The source address that the destination of a probe sees. */
function sourceAddress(
  { from, to }: Probe,
  servers: ReadonlyMap<string, FleetServer>,
  observations: ReadonlyMap<string, Observation>,
  unauthorizedSource: string | undefined,
): string | undefined {
  if (from === UNAUTHORIZED_SOURCE) return unauthorizedSource;
  if (from === CONTROLLER) return observations.get(to)?.controllerAddress;
  const [source, destination] = [servers.get(from), servers.get(to)];
  return source && destination ? routeBetween(source, destination)?.source : undefined;
}

function evaluate(
  probe: Probe,
  allowed: boolean | undefined,
  observed: string | undefined,
  observations: ReadonlyMap<string, Observation>,
): Verdict {
  const { from, to, name } = probe;
  const expected = expectedResult(from === CONTROLLER && name === SSH ? true : allowed);
  const verdict = (outcome: Outcome): Verdict => ({ probe, expected, observed, outcome });
  const notMeasured = (reason: string): Verdict => ({ ...verdict(Outcome.NOT_MEASURED), reason });
  if (observations.get(from)?.error !== undefined) return notMeasured(`${from} could not be observed`);
  const passed = observed === "open" || observed === "received";
  if (passed && expected === "closed") return verdict(Outcome.FAIL);
  if (observations.get(to)?.error !== undefined) return notMeasured(`${to} could not be observed`);
  if (observed === undefined) return notMeasured(`no result from ${isDatagram(probe) ? `${from} or ${to}` : from}`);
  if (expected === undefined) return notMeasured(`the address of ${from} as ${to} sees it is unknown`);
  if (observed === "unreachable" || observed.startsWith("error"))
    return expected === "open" ? verdict(Outcome.FAIL) : notMeasured(observed);
  const correct = expected === "open" ? passed : observed === "filtered" || observed === "dropped";
  return verdict(correct ? Outcome.PASS : Outcome.FAIL);
}

/** The controller's SSH connection is always allowed, because the observation itself uses it. */
function expectedResult(allowed: boolean | undefined): string | undefined {
  return allowed === undefined ? undefined : allowed ? "open" : "closed";
}

/**
 * Removes probes of the unauthorized source that prove nothing. A missing answer shows that the firewall dropped the packet
 * only if an answer would have arrived: the open SSH port of the same server shows that. This control probe itself is
 * removed if the server's own firewall does not restrict SSH.
 */
function withoutControlProbes(verdicts: readonly Verdict[], servers: ReadonlyMap<string, FleetServer>): Verdict[] {
  const answering = new Set(
    verdicts
      .filter(({ probe, observed }) => probe.from === UNAUTHORIZED_SOURCE && probe.name === SSH && observed === "open")
      .map(({ probe }) => probe.to),
  );
  return verdicts.filter(({ probe, outcome }) => {
    if (probe.from !== UNAUTHORIZED_SOURCE) return true;
    if (probe.name === SSH && servers.get(probe.to)?.sshd === undefined) return false;
    return outcome !== Outcome.PASS || answering.has(probe.to);
  });
}
