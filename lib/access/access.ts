import { groupBy } from "../grouping";
import { jobNameProblem } from "../names";

/** A port on which a component accepts connections. */
export interface Listener {
  /** Name of the listener, such as `http` or `cluster_tcp`. Unique in its component. */
  readonly name: string;
  /** Port number. */
  readonly port: number;
  /** Protocol: `tcp` or `udp`. */
  readonly protocol: string;
  /**
   * URL scheme for scrapes and links: `http` or `https`.
   *
   * @default "http"
   */
  readonly scheme?: string;
  /**
   * Whether clients must show a certificate of the monitoring's private authority. The scheme is then `https`.
   *
   * @default false
   * @internal
   */
  readonly _clientCertificates?: boolean;
  /**
   * Name of the job in which Prometheus scrapes the listener.
   *
   * @default - Prometheus does not scrape the listener
   */
  readonly scrapeJob?: string;
  /**
   * Whether technicians may connect.
   *
   * @default false
   */
  readonly technicians?: boolean;
  /**
   * Whether every process on the server may connect, and not only the users that the access graph allows. Set it if the
   * listener asks for a login, or if applications on the server use it.
   *
   * @default false
   */
  readonly anyLocalUser?: boolean;
  /**
   * Whether the component listens on the loopback address, so that only components on the same server may connect.
   *
   * @default false
   */
  readonly loopback?: boolean;
  /**
   * Purpose of connections from every address, shown in the access document.
   *
   * @default - only sources that the access graph derives may connect
   * @internal
   */
  readonly _public?: string;
  /**
   * Whether the service may listen on ports below 1024.
   *
   * @default false
   * @internal
   */
  readonly _lowPort?: boolean;
}

/** A connection from a component to all components of a kind, on any server. */
export interface Connection {
  /** Kind of the destination components. */
  readonly kind: string;
  /** Name of the listener of the destination components. */
  readonly listener: string;
  /** Purpose of the connection, shown in the access document: `sends alerts`. */
  readonly reason: string;
  /**
   * Requests that a component with a user-provided playbook may send to a component behind a gateway, unless the transport is
   * plain: `read` and `write` at Prometheus, `read`, `send` and `silence` at Alertmanager, `read` at Loki, and `use` at
   * Grafana, which asks for its own login.
   *
   * @default - `use` at Grafana, and `read` at the others
   */
  readonly rights?: readonly string[];
}

/** A component on a server, and its listeners. */
export interface Listening {
  /** Kind of component. */
  readonly kind: string;
  /** Name of the server. */
  readonly server: string;
  /** Whether the component may run on any member, instead of a `MonitoringHost` only. */
  readonly agent: boolean;
  /** Ports on which the component accepts connections. */
  readonly listeners: readonly Listener[];
  /**
   * System user of the component's processes.
   *
   * @default - unknown: the firewall does not check the users of local processes
   */
  readonly user?: string;
}

/** A component on a server, with its listeners and its connections. */
export interface Placement extends Listening {
  /** Connections that the component needs. */
  readonly connections: readonly Connection[];
}

/** Source of a connection: either a server or a CIDR block. */
export interface Source {
  /** Name of the server. */
  readonly server?: string;
  /** Kind of component that connects from that server. */
  readonly kind?: string;
  /** CIDR block. */
  readonly cidr?: string;
}

/** A connection that the firewalls allow. */
export interface Edge {
  /** Source of the connection. */
  readonly source: Source;
  /** Name of the server that accepts the connection. */
  readonly destination: string;
  /** Kind of component that accepts the connection; `ssh` for the server's SSH. */
  readonly kind: string;
  /** Port that accepts the connection. */
  readonly listener: Listener;
  /** Purpose of the connection, shown in the access document. */
  readonly reason: string;
}

/** SSH port of a server, and the controllers that use it. */
export interface SshEndpoint {
  /** Name of the server. */
  readonly server: string;
  readonly port: number;
  /** CIDR blocks from which the controller connects. */
  readonly controllers: readonly string[];
}

/** Everything from which the access graph is derived. */
export interface Topology {
  readonly placements: readonly Placement[];
  readonly sshEndpoints: readonly SshEndpoint[];
  /** CIDR blocks from which technicians connect. */
  readonly technicians: readonly string[];
  /** Connections that the user allows in addition, such as those to an application's port. */
  readonly allowedConnections: readonly Edge[];
}

/** The CIDR blocks that contain every address. */
export const EVERYWHERE: readonly string[] = ["0.0.0.0/0", "::/0"];
/** Kind of the edges to a server's SSH. */
export const SSH = "ssh";

/**
 * Returns the access graph: all inbound connections that the firewalls allow.
 *
 * @throws if a connection names a listener that its component does not have
 */
export function accessGraph({ placements, sshEndpoints, technicians, allowedConnections }: Topology): Edge[] {
  return [
    ...placementEdges(placements),
    ...placements.flatMap((placement) => technicianEdges(placement, technicians)),
    ...placements.flatMap(publicEdges),
    ...sshEndpoints.flatMap((endpoint) => sshEdges(endpoint, technicians)),
    ...allowedConnections,
  ];
}

/**
 * Returns an edge for each connection of a component and each server that runs the destination component. A listener on
 * the loopback address has edges from its own server only.
 *
 * @throws if a connection names a listener that its component does not have
 */
export function placementEdges(placements: readonly Placement[]): Edge[] {
  const byKind = groupBy(placements, ({ kind }) => kind);
  return placements.flatMap((from) =>
    from.connections.flatMap(({ kind, listener: name, reason }) =>
      (byKind.get(kind) ?? []).flatMap((to) => {
        const listener = to.listeners.find((candidate) => candidate.name === name);
        if (!listener) {
          const names = to.listeners.map((candidate) => candidate.name).join(", ");
          throw new Error(`${from.kind} connects to ${kind}, which has no listener "${name}": use one of ${names}`);
        }
        if (listener.loopback === true && to.server !== from.server) return [];
        return [{ source: { server: from.server, kind: from.kind }, destination: to.server, kind, listener, reason }];
      }),
    ),
  );
}

function technicianEdges({ kind, server, listeners }: Listening, technicians: readonly string[]): Edge[] {
  return listeners
    .filter((listener) => listener.technicians === true)
    .flatMap((listener) =>
      technicians.map((cidr) => ({
        source: { cidr },
        destination: server,
        kind,
        listener,
        reason: "technician access",
      })),
    );
}

function publicEdges({ kind, server, listeners }: Listening): Edge[] {
  return listeners.flatMap((listener) => {
    const { _public: reason } = listener;
    if (reason === undefined) return [];
    return EVERYWHERE.map((cidr) => ({ source: { cidr }, destination: server, kind, listener, reason }));
  });
}

function sshEdges({ server, port, controllers }: SshEndpoint, technicians: readonly string[]): Edge[] {
  const listener: Listener = { name: SSH, port, protocol: "tcp" };
  const edge = (cidr: string, reason: string): Edge => ({
    source: { cidr },
    destination: server,
    kind: SSH,
    listener,
    reason,
  });
  const onlyTechnicians = technicians.filter((cidr) => !controllers.includes(cidr));
  return [
    ...controllers.map((cidr) => edge(cidr, "controller access by SSH")),
    ...onlyTechnicians.map((cidr) => edge(cidr, "technician access by SSH")),
  ];
}

/** Returns a connection to each listener with a scrape job, one per kind and listener. */
export function scrapeConnections(placements: readonly Listening[]): Connection[] {
  const found = new Map<string, Connection>();
  for (const { kind, listeners } of placements) {
    for (const { name, scrapeJob } of listeners) {
      if (scrapeJob !== undefined)
        found.set(`${kind} ${name}`, { kind, listener: name, reason: `scrapes job ${scrapeJob}` });
    }
  }
  return [...found.values()];
}

/**
 * Returns a message for each port conflict on a server, between two components or between a component and sshd.
 *
 * @param sshPorts SSH port of each server, by the server's name
 */
export function portProblems(placements: readonly Listening[], sshPorts: ReadonlyMap<string, number>): string[] {
  const problems: string[] = [];
  const used = new Map<string, string>();
  for (const { kind, server, listeners } of placements) {
    for (const { name, port, protocol } of listeners) {
      const user = `${kind} (${name})`;
      const key = `${server} ${protocol} ${port}`;
      const other = sshPorts.get(server) === port && protocol === "tcp" ? "sshd" : used.get(key);
      if (other !== undefined)
        problems.push(
          `port ${port}/${protocol} of server "${server}" is used by both ${user} and ${other}: give one of them another port`,
        );
      used.set(key, user);
    }
  }
  return problems;
}

/**
 * Returns what is wrong with a listener, or undefined. Its texts are parts of firewall rules, configurations and file
 * names.
 */
export function listenerProblem({
  name,
  port,
  protocol,
  scheme,
  scrapeJob,
  _lowPort: low,
}: Listener): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
    return `listeners: the name "${name}" is not valid: use letters, digits, "_", "." and "-"`;
  if (protocol !== "tcp" && protocol !== "udp")
    return `listeners, "${name}": the protocol "${protocol}" is unknown: use "tcp" or "udp"`;
  if (scheme !== undefined && scheme !== "http" && scheme !== "https")
    return `listeners, "${name}": the scheme "${scheme}" is unknown: use "http" or "https"`;
  const misnamed = scrapeJob === undefined ? undefined : jobNameProblem(scrapeJob);
  if (misnamed === undefined && low === true) return undefined;
  return misnamed === undefined ? portProblem(port) : `listeners, "${name}", scrapeJob: ${misnamed}`;
}

/** Returns what is wrong with the port of a listener, or undefined. */
export function portProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1024 && port <= 65535) return undefined;
  return `port ${port} cannot be used: use a port from 1024 to 65535 (services run without the privilege for lower ports)`;
}
