import { Check, lookedAt, outcomeOf } from "./check";
import { ago } from "../text";

/** Whatever a stack is, it is to be destroyed and rebuilt in so many seconds. Ten minutes are what the project promises. */
export const REBUILD_LIMIT = 600;

/** That all comes back after a reboot, and that the last drill rebuilt all of it in time. */
export const comeback: Check = (measured, commands) => {
  const { fleet, drill } = measured;
  if (fleet.servers.every(({ components }) => components.length === 0)) return undefined;
  const known = lookedAt(measured);
  const wanted = known.flatMap(({ look, components }) =>
    look.services.filter(({ kind }) => components.includes(kind)).map((service) => ({ ...service, server: look.name })),
  );
  const late = wanted.filter(({ enabled }) => !enabled);
  const slow = drill !== undefined && drill.seconds > REBUILD_LIMIT;
  const differences = [
    ...late.map(({ kind, server }) => ({
      what: `${kind} on ${server} does not start at boot: its unit is not enabled`,
      mend: commands.play(kind, server, true),
    })),
    ...(slow
      ? [
          {
            what: `the last drill took ${drill.seconds.toFixed(0)} s, of ${REBUILD_LIMIT} s that it may take`,
            mend: `see by its table what took long: ${drill.file}`,
          },
        ]
      : []),
  ];
  const boots = known.flatMap(({ look: { up } }) => up ?? []);
  const loaded = known.filter(({ look: { enabled } }) => enabled).length;
  const rebuilt =
    drill === undefined
      ? "no drill has rebuilt it yet"
      : `a drill destroyed and rebuilt all in ${drill.seconds.toFixed(0)} s on ${drill.date.slice(0, 10)}`;
  return {
    text: [
      `after a reboot: ${wanted.length - late.length} of ${wanted.length} services start by themselves`,
      ` and ${loaded} of ${known.length} firewalls`,
      boots.length === 0 ? "" : ` (the last boot was ${ago(Math.min(...boots))} ago)`,
      `; ${rebuilt}`,
    ].join(""),
    outcome: outcomeOf(differences, known.length === fleet.servers.length),
    differences,
  };
};
