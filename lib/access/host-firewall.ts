import { Variables } from "../inventory/variables";
import { Edge, SSH } from "./access";
import { UserRule, userRules, UserRulesInput } from "./user-rules";

/** A port of a server, and the sources from which it is allowed. */
export interface AllowedPort {
  /** Name of the listener or application, for messages. */
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Addresses and CIDR blocks; may be tokens. If the list is empty, only the server itself may connect. */
  readonly sources: readonly string[];
}

/** The rules of one server's firewall. */
export interface HostFirewall {
  /** All ports on which components listen. */
  readonly ports: readonly AllowedPort[];
  /** Ports of applications, which strict mode also allows. */
  readonly open: readonly AllowedPort[];
  readonly ssh: { readonly port: number; readonly sources: readonly string[] };
  /** Ports to which processes of the server may connect only as certain users. */
  readonly users: readonly UserRule[];
}

/** Everything from which the rules of one server's firewall are derived. */
export interface HostFirewallInput extends UserRulesInput {
  /** Edges of the access graph to the server. */
  readonly edges: readonly Edge[];
  /** Returns the address from which another server connects, by that server's name. */
  readonly addressOf: (server: string) => string;
}

/** Returns the rules of one server's firewall. */
export function hostFirewall(input: HostFirewallInput): HostFirewall {
  const { server, listening, edges, addressOf } = input;
  const sourcesOf = (wanted: (edge: Edge) => boolean): string[] => [
    ...new Set(
      edges
        .filter((edge) => edge.source.server !== server && wanted(edge))
        .map(({ source }) => (source.server === undefined ? (source.cidr ?? "") : addressOf(source.server)))
        .sort(),
    ),
  ];
  const at = (port: number, protocol: string) => (edge: Edge) =>
    edge.listener.port === port && edge.listener.protocol === protocol;
  const ports = listening.flatMap(({ kind, listeners }) =>
    listeners.map(({ name, port, protocol }) => ({
      name: `${kind}_${name}`,
      protocol,
      port,
      sources: sourcesOf(at(port, protocol)),
    })),
  );
  const kinds = new Set([SSH, ...listening.map(({ kind }) => kind)]);
  const applications = edges.filter(({ kind }) => !kinds.has(kind)).map(({ listener }) => listener);
  const open = new Map(
    applications.map(({ name, port, protocol }) => [
      `${protocol}/${port}`,
      { name, protocol, port, sources: sourcesOf(at(port, protocol)) },
    ]),
  );
  return {
    ports,
    open: [...open.values()],
    ssh: {
      port: edges.find(({ kind }) => kind === SSH)?.listener.port ?? 22,
      sources: sourcesOf(({ kind }) => kind === SSH),
    },
    users: userRules(input),
  };
}

/**
 * Returns the variables of the role `firewall` for one server.
 *
 * @param localUsers users that may connect to the ports of technicians, in addition to the SSH user
 */
export function firewallVariables(
  { ports, open, ssh, users }: HostFirewall,
  strict: boolean,
  localUsers: readonly string[],
): Variables {
  const listed = (allowed: readonly AllowedPort[]): Variables[] =>
    allowed.map(({ sources, ...port }) => ({ ...port, sources: [...sources] }));
  return {
    firewall_mode: strict ? "strict" : "guard",
    firewall_ports: listed(ports),
    firewall_users: users.map((rule) => ({
      ...rule,
      ports: rule.ports.map((port) => ({ ...port })),
      destinations: [...rule.destinations],
      users: [...rule.users],
    })),
    firewall_local_users: [...localUsers],
    // The guard mode blocks only the ports of components, so it needs no rules for SSH and applications.
    ...(strict ? { firewall_open: listed(open), firewall_ssh: { port: ssh.port, sources: [...ssh.sources] } } : {}),
  };
}
