import { groupBy } from "../../grouping";
import { Commands, Failure } from "../failures";
import { Drift } from "../observation";
import { count } from "../text";
import { Check, observedServers, outcomeOf } from "./check";

/** Maximum number of paths that the report lists for a component. */
const MAX_PATHS = 5;

/** Checks that files, modes, owners, units and programs are as the last deploy left them. Another check reads the firewall table. */
export const drift: Check = (measurement, commands) => {
  const compared = observedServers(measurement).flatMap(({ server: { name }, observation }) =>
    observation.drift === undefined ? [] : [{ name, changes: observation.drift.filter(isFile) }],
  );
  const failures = compared.flatMap(({ name, changes }) =>
    [...groupBy(changes, ({ component, repairable }) => `${component} ${String(repairable)}`).values()].map((group) =>
      failureOf(name, group, commands),
    ),
  );
  const unchanged = compared.filter(({ changes }) => changes.length === 0).length;
  const servers = measurement.fleet.servers.length;
  return {
    name: "drift",
    outcome: outcomeOf(failures, compared.length === servers),
    summary: `nothing changed since the last deploy on ${unchanged} of ${count(servers, "server")}`,
    details: [],
    failures,
  };
};

function isFile({ path }: Drift): boolean {
  return path.startsWith("/");
}

/** The failure of a component on a server. The changes have the same repair. */
function failureOf(server: string, changes: readonly Drift[], commands: Commands): Failure {
  const [first] = changes;
  const texts = changes.slice(0, MAX_PATHS).map(({ path, change }) => `${path} ${change}`);
  const more = changes.length > MAX_PATHS ? [`${changes.length - MAX_PATHS} more`] : [];
  const kind = first?.component ?? "";
  return {
    problem: `${kind} on ${server} changed since its last deploy: ${[...texts, ...more].join(", ")}`,
    fix:
      first?.repairable === true
        ? commands.play(kind, server)
        : `move the settings to the stack and remove the files on ${server}, then: systemctl daemon-reload && systemctl restart ${kind}`,
  };
}
