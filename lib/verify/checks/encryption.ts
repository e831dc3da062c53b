import { Failure } from "../failures";
import { GATEWAY, LOG_AGENT, NODE_EXPORTER, UnknownClient } from "../guarded-ports";
import { count } from "../text";
import { Check, observedServers, outcomeOf } from "./check";

/** Name of the program in `playbooks/verification/checks` that sends the requests. */
export const TRANSPORT = "transport";

/** The result of `checks/transport.py`. */
interface Refusals {
  readonly requests: number;
  readonly accepted: readonly { readonly kind: string; readonly port: number; readonly client: UnknownClient }[];
}

const CLIENTS: Readonly<Record<UnknownClient, string>> = {
  plain: "without TLS and without a login",
  anonymous: "without a certificate and without a login",
  other: "with the certificate of a component that may not connect",
};

/** Checks that the ports of an encrypted transport refuse clients that may not connect. */
export const encryption: Check = (measurement, commands) => {
  const guarded = measurement.fleet.servers.filter(({ guardedPorts }) => guardedPorts.length > 0);
  if (guarded.length === 0) return undefined;
  const results = observedServers(measurement).flatMap(({ server, observation }) => {
    const result = observation.checks.get(TRANSPORT) as Refusals | undefined;
    return result?.accepted === undefined ? [] : [{ server, result }];
  });
  const failures = results.flatMap(({ server, result }) =>
    result.accepted.map(({ kind, port, client }): Failure => {
      const run = [NODE_EXPORTER, LOG_AGENT].includes(kind) ? kind : GATEWAY;
      return {
        problem: `port ${port} of ${kind} on ${server.name} answers clients ${CLIENTS[client]}`,
        fix: commands.play(run, server.name, true),
      };
    }),
  );
  const ports = results.flatMap(({ server }) => server.guardedPorts).length;
  const requests = results.reduce((sum, { result }) => sum + result.requests, 0);
  const expected = results.reduce(
    (sum, { server }) => sum + server.guardedPorts.reduce((all, { refuses }) => all + refuses.length, 0),
    0,
  );
  const complete = results.length === guarded.length && requests === expected;
  const missing = requests === expected ? "" : ` of ${expected}`;
  const verb = failures.length === 0 ? "refuse" : "must refuse";
  return {
    name: "encryption",
    outcome: outcomeOf(failures, complete),
    summary: `${count(ports, "port")} on ${count(results.length, "server")} ${verb} clients that may not connect (${requests}${missing} requests)`,
    details: [],
    failures,
  };
};
