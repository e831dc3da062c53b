import { Commands, Failure } from "../failures";
import { FleetServer } from "../fleet";
import { Measurement } from "../measurement";
import { Service } from "../observation";
import { count } from "../text";
import { Check, observedServers, outcomeOf, serversWith } from "./check";

/** Maximum number of servers that the report lists by name for a component. For more servers, it shows their number. */
const MAX_NAMES = 3;

/** Checks that each component runs exactly where the stack places it. */
export const placement: Check = (measurement, commands) => {
  const { servers } = measurement.fleet;
  const kinds = [...new Set(servers.flatMap(({ components }) => components))].sort();
  if (kinds.length === 0) return undefined;
  const observed = observedServers(measurement);
  const failures = observed.flatMap(({ server, observation }) => failuresOf(server, observation.services, commands));
  const running = kinds.flatMap((kind) => runningServices(kind, measurement)).length;
  const placed = servers.flatMap(({ components }) => components).length;
  return {
    name: "placement",
    outcome: outcomeOf(failures, observed.length === servers.length),
    summary: `${running} of ${count(placed, "service")} run where the stack places them`,
    details: locations(kinds, measurement),
    failures,
  };
};

function failuresOf({ name, components }: FleetServer, services: readonly Service[], commands: Commands): Failure[] {
  const states = new Map(services.map(({ kind, state }) => [kind, state]));
  const stopped = components.filter((kind) => states.get(kind) !== "active");
  const surplus = services.filter(({ kind }) => !components.includes(kind));
  return [
    ...stopped.map((kind) => ({
      problem: `${kind} does not run on ${name} (${states.get(kind) ?? "not installed"})`,
      fix: commands.play(kind, name, true),
    })),
    ...surplus.map(({ kind }) => ({
      problem: `${kind} is installed on ${name}, but the stack does not place it there`,
      fix: commands.play("cleanup", name, true),
    })),
  ];
}

/** The running services of a component on the servers where the stack places it. */
function runningServices(
  kind: string,
  measurement: Measurement,
): { readonly server: string; readonly version: string }[] {
  return serversWith(measurement, kind).flatMap(({ name }) => {
    const services = measurement.observations.get(name)?.services ?? [];
    const service = services.find((each) => each.kind === kind && each.state === "active");
    return service === undefined ? [] : [{ server: name, version: service.version }];
  });
}

/** The components with their versions, grouped by the servers on which they run. */
function locations(kinds: readonly string[], measurement: Measurement): string[] {
  const groups = new Map<string, string[]>();
  for (const kind of kinds) {
    const running = runningServices(kind, measurement);
    const placed = serversWith(measurement, kind).length;
    const versions = [...new Set(running.map(({ version }) => version))].sort().join(" and ");
    const servers =
      placed <= MAX_NAMES && running.length === placed
        ? running.map(({ server }) => server).join(" and ")
        : `${running.length} of ${count(placed, "server")}`;
    groups.set(servers, [...(groups.get(servers) ?? []), versions === "" ? kind : `${kind} ${versions}`]);
  }
  return [...groups].map(([servers, components]) => `${components.join(", ")} on ${servers}`);
}
