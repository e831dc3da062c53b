import { Edge, Listening, SSH } from "./access";
import { Variables } from "../inventory/inventory";

/** A port of a server, and who is admitted to it. */
export interface AllowedPort {
  /** What listens there, for people. */
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** Addresses and CIDR blocks; may be tokens. None admits nobody but the server itself. */
  readonly sources: readonly string[];
}

/** What a server's own firewall lets in. */
export interface HostFirewall {
  /** All ports that components of ours listen on. */
  readonly ports: readonly AllowedPort[];
  /** Ports that are not ours. */
  readonly open: readonly AllowedPort[];
  readonly ssh: { readonly port: number; readonly sources: readonly string[] };
}

/** What the firewalls of the servers follow from. */
export interface HostFirewallInput {
  readonly server: string;
  /** What listens on the server. */
  readonly listening: readonly Listening[];
  /** The edges of the access graph that lead to it. */
  readonly edges: readonly Edge[];
  /** The address by which another server appears to it, by its name. */
  readonly addressOf: (server: string) => string;
}

/** The access graph as the rules of one server's own firewall. */
export function hostFirewall({ server, listening, edges, addressOf }: HostFirewallInput): HostFirewall {
  const sources = (wanted: (edge: Edge) => boolean): string[] => [
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
      sources: sources(at(port, protocol)),
    })),
  );
  const kinds = new Set([SSH, ...listening.map(({ kind }) => kind)]);
  const others = edges.filter(({ kind }) => !kinds.has(kind)).map(({ listener }) => listener);
  const open = new Map(
    others.map(({ name, port, protocol }) => [
      `${protocol}/${port}`,
      { name, protocol, port, sources: sources(at(port, protocol)) },
    ]),
  );
  return {
    ports,
    open: [...open.values()],
    ssh: {
      port: edges.find(({ kind }) => kind === SSH)?.listener.port ?? 22,
      sources: sources(({ kind }) => kind === SSH),
    },
  };
}

/** The variables of the role `firewall` for one server. */
export function firewallVariables({ ports, open, ssh }: HostFirewall, strict: boolean): Variables {
  const listed = (admitted: readonly AllowedPort[]): Variables[] =>
    admitted.map(({ sources, ...port }) => ({ ...port, sources: [...sources] }));
  return {
    firewall_mode: strict ? "strict" : "guard",
    firewall_ports: listed(ports),
    // Who may log in, and what else there is, matters only where all else is closed.
    ...(strict ? { firewall_open: listed(open), firewall_ssh: { port: ssh.port, sources: [...ssh.sources] } } : {}),
  };
}
