import { duration } from "../text";
import { Check, observedServers, outcomeOf } from "./check";

/** Maximum duration in seconds of destroying and rebuilding a stack. */
export const REBUILD_LIMIT = 600;

/** Checks that all services and firewalls start at boot, and that the last drill rebuilt the stack within the limit. */
export const reboot: Check = (measurement, commands) => {
  const { fleet, drill } = measurement;
  if (fleet.servers.every(({ components }) => components.length === 0)) return undefined;
  const observed = observedServers(measurement);
  const services = observed.flatMap(({ server: { name, components }, observation }) =>
    observation.services
      .filter(({ kind }) => components.includes(kind))
      .map((service) => ({ ...service, server: name })),
  );
  const disabled = services.filter(({ enabled }) => !enabled);
  const failures = disabled.map(({ kind, server }) => ({
    problem: `${kind} on ${server} does not start at boot, because its unit is not enabled`,
    fix: commands.play(kind, server, true),
  }));
  if (drill !== undefined && drill.seconds > REBUILD_LIMIT)
    failures.push({
      problem: `the last drill took ${drill.seconds.toFixed(0)} s, at most ${REBUILD_LIMIT} s are allowed`,
      fix: `find the slowest phases in ${drill.file}`,
    });
  const firewalls = observed.filter(({ observation }) => observation.firewallEnabled).length;
  const uptimes = observed.flatMap(({ observation }) => observation.uptime ?? []);
  const rebuilt =
    drill === undefined
      ? "none"
      : `destroyed and rebuilt in ${drill.seconds.toFixed(0)} s on ${drill.date.slice(0, 10)}`;
  return {
    name: "reboot",
    outcome: outcomeOf(failures, observed.length === fleet.servers.length),
    summary: `${services.length - disabled.length} of ${services.length} services and ${firewalls} of ${observed.length} firewalls start at boot`,
    details: [
      ...(uptimes.length === 0 ? [] : [`last boot: ${duration(Math.min(...uptimes))} ago`]),
      `last drill: ${rebuilt}`,
    ],
    failures,
  };
};
