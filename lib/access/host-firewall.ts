import { Variables } from "../inventory/variables";
import { Edge, Listening, SSH } from "./access";

/** A port of a server, and the sources from which it is allowed. */
export interface AllowedPort {
  /** Name of the listener or application, for messages. */
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Addresses and CIDR blocks; may be tokens. If the list is empty, only the server itself may connect. */
  readonly sources: readonly string[];
}

/** The inbound rules of one server's firewall. */
export interface HostFirewall {
  /** All ports on which components listen. */
  readonly ports: readonly AllowedPort[];
  /** Ports of applications, which strict mode also allows. */
  readonly open: readonly AllowedPort[];
  readonly ssh: { readonly port: number; readonly sources: readonly string[] };
}

/** Everything from which the rules of one server's firewall are derived. */
export interface HostFirewallInput {
  readonly server: string;
  /** Components and exporters on the server. */
  readonly listening: readonly Listening[];
  /** Edges of the access graph to the server. */
  readonly edges: readonly Edge[];
  /** Returns the address from which another server connects, by that server's name. */
  readonly addressOf: (server: string) => string;
}

/** Returns the inbound rules of one server's firewall. */
export function hostFirewall({ server, listening, edges, addressOf }: HostFirewallInput): HostFirewall {
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
  };
}

/** Returns the variables of the role `firewall` for one server. */
export function firewallVariables({ ports, open, ssh }: HostFirewall, strict: boolean): Variables {
  const listed = (allowed: readonly AllowedPort[]): Variables[] =>
    allowed.map(({ sources, ...port }) => ({ ...port, sources: [...sources] }));
  return {
    firewall_mode: strict ? "strict" : "guard",
    firewall_ports: listed(ports),
    // The guard mode blocks only the ports of components, so it needs no rules for SSH and applications.
    ...(strict ? { firewall_open: listed(open), firewall_ssh: { port: ssh.port, sources: [...ssh.sources] } } : {}),
  };
}
