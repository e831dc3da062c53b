export const GATEWAY = "gateway";
export const LOG_AGENT = "log_agent";
export const NODE_EXPORTER = "node_exporter";

/** A client that a port must refuse: without TLS, without a certificate, or with that of a component that may not connect. */
export type UnknownClient = "plain" | "anonymous" | "other";

/** A port that must refuse some clients. */
export interface GuardedPort {
  /** Kind of the component that clients reach at the port. */
  readonly kind: string;
  readonly port: number;
  readonly refuses: readonly UnknownClient[];
}

/** The variables of a component on a server from which its guarded ports follow. */
export interface GuardVariables {
  readonly monitoring_certificate?: { readonly connects?: readonly string[] };
  readonly node_exporter_port?: number;
  readonly log_agent_port?: number;
  readonly gateway_port?: number;
  readonly gateway_sites?: readonly { readonly kind: string; readonly port: number; readonly web_port?: number }[];
}

const WITHOUT_OTHER: readonly UnknownClient[] = ["plain", "anonymous"];
const ALL: readonly UnknownClient[] = [...WITHOUT_OTHER, "other"];

/**
 * Returns the ports of a server that must refuse clients; none with a plain transport.
 *
 * @param variablesOf returns the variables of a kind of component on the server; undefined if it is not placed there
 */
export function guardedPorts(variablesOf: (kind: string) => GuardVariables | undefined): GuardedPort[] {
  const [exporter, agent, gateway] = [NODE_EXPORTER, LOG_AGENT, GATEWAY].map((kind) => {
    const variables = variablesOf(kind);
    return variables?.monitoring_certificate === undefined ? undefined : variables;
  });
  return [
    // The other component on each server is the log agent.
    ...guard(NODE_EXPORTER, exporter?.node_exporter_port, agent === undefined ? WITHOUT_OTHER : ALL),
    // Log agents cannot check which component a certificate names.
    ...guard(LOG_AGENT, agent?.log_agent_port, WITHOUT_OTHER),
    ...guard(GATEWAY, gateway?.gateway_port, ALL),
    ...(gateway?.gateway_sites ?? []).flatMap(({ kind, port, web_port: web }) => [
      ...guard(kind, port, ALL),
      ...guard(kind, web, ["plain"]),
    ]),
  ];
}

function guard(kind: string, port: number | undefined, refuses: readonly UnknownClient[]): GuardedPort[] {
  return port === undefined ? [] : [{ kind, port, refuses }];
}
