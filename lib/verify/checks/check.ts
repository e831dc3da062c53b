import { Commands, Failure } from "../failures";
import { FleetServer } from "../fleet";
import { Measurement } from "../measurement";
import { Observation } from "../observation";
import { Outcome } from "../outcome";

/** The result of a check. */
export interface CheckResult {
  /** Name of the check, in a few words. */
  readonly name: string;
  readonly outcome: Outcome;
  /** The measured values, in one line. */
  readonly summary: string;
  /** Further values, one line each. */
  readonly details: readonly string[];
  /** Failures that only this check finds. `makeReport` adds the failures of probes and of servers' firewalls. */
  readonly failures: readonly Failure[];
}

/** Evaluates one expectation. Returns undefined if the Monitoring has nothing to check. */
export type Check = (measurement: Measurement, commands: Commands) => CheckResult | undefined;

/** The servers that could be observed. */
export function observedServers({
  fleet,
  observations,
}: Measurement): { readonly server: FleetServer; readonly observation: Observation }[] {
  return fleet.servers.flatMap((server) => {
    const observation = observations.get(server.name);
    return observation === undefined || observation.error !== undefined ? [] : [{ server, observation }];
  });
}

/** The servers on which the stack places a component. */
export function serversWith({ fleet }: Measurement, kind: string): FleetServer[] {
  return fleet.servers.filter(({ components }) => components.includes(kind));
}

/** The outcome of a check with these failures. An incomplete check without failures is not measured. */
export function outcomeOf(failures: readonly Failure[], complete: boolean): Outcome {
  if (failures.length > 0) return Outcome.FAIL;
  return complete ? Outcome.PASS : Outcome.NOT_MEASURED;
}
