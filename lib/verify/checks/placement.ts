import { Measurement } from "../measurement";
import { Observation } from "../observation";
import { Commands, Failure } from "../failures";
import { Check, lookedAt, outcomeOf } from "./check";
import { count } from "../text";

/** Of components that are on more servers than this, their number is told. */
const NAMED = 3;

/** That each component runs where the code has it, and nowhere else. */
export const placement: Check = (measured, commands) => {
  const { fleet } = measured;
  const kinds = [...new Set(fleet.servers.flatMap(({ components }) => components))].sort();
  if (kinds.length === 0) return undefined;
  const known = lookedAt(measured);
  const differences = known.flatMap(({ look, components }) => differencesOf(look, components, commands));
  return {
    text: `placement: each component by a playbook of its own, where the code has it: ${told(kinds, measured)}`,
    outcome: outcomeOf(differences, known.length === fleet.servers.length),
    differences,
  };
};

function differencesOf({ name, services }: Observation, wanted: readonly string[], commands: Commands): Failure[] {
  const found = new Map(services.map((service) => [service.kind, service]));
  return [
    ...wanted.flatMap((kind) => {
      const state = found.get(kind)?.state ?? "not installed";
      if (state === "active") return [];
      return [{ what: `${kind} does not run on ${name}: it is ${state}`, mend: commands.play(kind, name, true) }];
    }),
    ...services
      .filter(({ kind }) => !wanted.includes(kind))
      .map(({ kind }) => ({
        what: `${kind} is on ${name}, where the code has none`,
        mend: commands.play("cleanup", name, true),
      })),
  ];
}

/** The components with their versions, by where they run. */
function told(kinds: readonly string[], measured: Measurement): string {
  const groups = new Map<string, string[]>();
  for (const kind of kinds) {
    const { what, where } = toldOf(kind, measured);
    groups.set(where, [...(groups.get(where) ?? []), what]);
  }
  return [...groups].map(([where, what]) => `${what.join(", ")} on ${where}`).join("; ");
}

function toldOf(kind: string, { fleet, looks }: Measurement): { readonly what: string; readonly where: string } {
  const wanted = fleet.servers.filter(({ components }) => components.includes(kind));
  const running = wanted.flatMap(({ name }) => {
    const service = looks.get(name)?.services.find((each) => each.kind === kind && each.state === "active");
    return service === undefined ? [] : [{ name, version: service.version }];
  });
  const versions = [...new Set(running.map(({ version }) => version))].sort().join(" and ");
  const few = wanted.length <= NAMED && running.length === wanted.length;
  return {
    what: versions === "" ? kind : `${kind} ${versions}`,
    where: few
      ? running.map(({ name }) => name).join(" and ")
      : `${running.length} of ${count(wanted.length, "server")}`,
  };
}
