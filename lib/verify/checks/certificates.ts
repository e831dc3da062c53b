import { Failure } from "../failures";
import { count } from "../text";
import { Check, observedServers, outcomeOf } from "./check";

const DAY = 86_400;
/** A deploy replaces certificates much earlier. The alert CertificateExpiring fires at the same time. */
const LEAST_DAYS = 30;

/** Checks that no certificate of an encrypted transport ends soon. */
export const certificates: Check = (measurement, commands) => {
  const observed = observedServers(measurement);
  const now = Date.now() / 1000;
  const found = observed
    .flatMap(({ server, observation }) =>
      observation.certificates
        .filter(({ name }) => name === "")
        .map(({ component, end }) => ({ component, server: server.name, days: Math.floor((end - now) / DAY) })),
    )
    .sort((a, b) => a.days - b.days);
  const [first] = found;
  if (first === undefined) return undefined;
  const failures = found
    .filter(({ days }) => days < LEAST_DAYS)
    .map(({ component, server, days }): Failure => ({
      problem: `the certificate of ${component} on ${server} ${days < 0 ? "has ended" : `ends in ${days} days`}`,
      fix: commands.play(component, server, true),
    }));
  return {
    name: "certificates",
    outcome: outcomeOf(failures, observed.length === measurement.fleet.servers.length),
    summary: `${count(found.length, "certificate")}, the first ends in ${Math.max(first.days, 0)} days (${first.component} on ${first.server})`,
    details: [],
    failures,
  };
};
