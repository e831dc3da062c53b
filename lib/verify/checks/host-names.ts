import { Failure } from "../failures";
import { count } from "../text";
import { Check, observedServers, outcomeOf } from "./check";

const DAY = 86_400;
/** The gateway renews certificates of 90 days much earlier. The alert HostNameCertificateExpiring fires at the same time. */
const LEAST_DAYS = 14;

/** Checks that each host name of the gateways has a certificate of the ACME server that does not end soon. */
export const hostNames: Check = (measurement) => {
  const observed = observedServers(measurement);
  const now = Date.now() / 1000;
  const found = observed
    .flatMap(({ server, observation }) =>
      observation.certificates
        .filter(({ name }) => name !== "")
        .map(({ name, end }) => ({ name, server, missing: end === 0, days: Math.floor((end - now) / DAY) })),
    )
    .sort((a, b) => a.days - b.days);
  const [first] = found;
  if (first === undefined) return undefined;
  const failures = found
    .filter(({ days }) => days < LEAST_DAYS)
    .map(({ name, server, missing, days }): Failure => ({
      problem: missing
        ? `${name} has no certificate on ${server.name}`
        : `the certificate of ${name} on ${server.name} ${days < 0 ? "has ended" : `ends in ${days} days`}`,
      fix: `point the DNS record of ${name} to ${server.publicAddress ?? server.address}, and let every address reach its port 80. The gateway tries again by itself; "journalctl -u gateway" on ${server.name} shows why it fails`,
    }));
  return {
    name: "certificates of host names",
    outcome: outcomeOf(failures, observed.length === measurement.fleet.servers.length),
    summary: `${count(found.length, "host name")}, ${first.missing ? `${first.name} has no certificate` : `the first certificate ends in ${Math.max(first.days, 0)} days (${first.name})`}`,
    details: [],
    failures,
  };
};
