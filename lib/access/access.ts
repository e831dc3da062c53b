import { groupBy } from "../grouping";

/** A port on which a component is reached. */
export interface Listener {
  /** What is behind it: `http`, `cluster` … Unique in its component. */
  readonly name: string;
  /** The port's number. */
  readonly port: number;
  /** `tcp` or `udp`. */
  readonly protocol: string;
  /**
   * Whether it speaks `http` or `https`, for who scrapes or opens it.
   *
   * @default "http"
   */
  readonly scheme?: string;
  /**
   * The job under which Prometheus scrapes it.
   *
   * @default - it is not scraped
   */
  readonly scrapeJob?: string;
  /**
   * Whether technicians reach it.
   *
   * @default false
   */
  readonly technicians?: boolean;
}

/** A component's need to reach a listener, on whichever servers that is placed. */
export interface Connection {
  /** The kind of component that is reached. */
  readonly kind: string;
  /** The name of its listener. */
  readonly listener: string;
  /** Why, for whoever reviews the access graph. */
  readonly reason: string;
}

/** What a component on a server is reached on. */
export interface Listening {
  /** The kind of component. */
  readonly kind: string;
  /** The server's name. */
  readonly server: string;
  /** Whether it belongs on every server. */
  readonly agent: boolean;
  /** What it is reached on. */
  readonly listeners: readonly Listener[];
}

/** A component on a server, as far as the access graph is concerned. */
export interface Placement extends Listening {
  /** Whom it must reach. */
  readonly connections: readonly Connection[];
}

/** From where somebody connects: one of the servers, or a block of addresses. One of the two is given. */
export interface Source {
  /** The name of a server. */
  readonly server?: string;
  /** The kind of component that connects from that server. */
  readonly kind?: string;
  /** A CIDR block. */
  readonly cidr?: string;
}

/** That a port of a server must be reached from somewhere. */
export interface Edge {
  /** Who connects. */
  readonly source: Source;
  /** The name of the server that is connected to. */
  readonly destination: string;
  /** The kind of component that is reached; `ssh` for the server itself. */
  readonly kind: string;
  /** The port that is connected to. */
  readonly listener: Listener;
  /** Why, for whoever reviews the access graph. */
  readonly reason: string;
}

/** How a server is reached by SSH, as far as the access graph is concerned. */
export interface SshEntrance {
  /** The server's name. */
  readonly server: string;
  readonly port: number;
  /** From where the controller comes, as CIDR blocks. */
  readonly controllers: readonly string[];
}

/** All that the access graph follows from. */
export interface Topology {
  readonly placements: readonly Placement[];
  readonly entrances: readonly SshEntrance[];
  /** From where people work, as CIDR blocks. */
  readonly technicians: readonly string[];
  /** What is let in beside: the applications' own ports. */
  readonly admissions: readonly Edge[];
}

/** The kind of the edges that lead to a server's own SSH. */
export const SSH = "ssh";

/**
 * The access graph: all that must be reachable. Everything else that comes in is denied.
 *
 * @throws when a connection names a listener that its component does not have
 */
export function accessGraph({ placements, entrances, technicians, admissions }: Topology): Edge[] {
  return [
    ...placementEdges(placements),
    ...placements.flatMap(({ kind, server, listeners }) =>
      listeners
        .filter((listener) => listener.technicians === true)
        .flatMap((listener) =>
          technicians.map((cidr) => ({
            source: { cidr },
            destination: server,
            kind,
            listener,
            reason: "technicians look at it",
          })),
        ),
    ),
    ...entrances.flatMap((entrance) => sshEdges(entrance, technicians)),
    ...admissions,
  ];
}

/**
 * What the placements themselves must reach: each connection of each, to the listener on every server where that is
 * placed.
 *
 * @throws when a connection names a listener that its component does not have
 */
export function placementEdges(placements: readonly Placement[]): Edge[] {
  const byKind = groupBy(placements, ({ kind }) => kind);
  return placements.flatMap((from) =>
    from.connections.flatMap(({ kind, listener: name, reason }) =>
      (byKind.get(kind) ?? []).map((to) => {
        const listener = to.listeners.find((candidate) => candidate.name === name);
        if (!listener) throw new Error(`${from.kind} connects to ${kind}'s listener "${name}", which it does not have`);
        return { source: { server: from.server, kind: from.kind }, destination: to.server, kind, listener, reason };
      }),
    ),
  );
}

function sshEdges({ server, port, controllers }: SshEntrance, technicians: readonly string[]): Edge[] {
  const listener: Listener = { name: SSH, port, protocol: "tcp" };
  const edge = (cidr: string, reason: string): Edge => ({
    source: { cidr },
    destination: server,
    kind: SSH,
    listener,
    reason,
  });
  const surplus = technicians.filter((cidr) => !controllers.includes(cidr));
  return [
    ...controllers.map((cidr) => edge(cidr, "the controller deploys by SSH")),
    ...surplus.map((cidr) => edge(cidr, "technicians log in")),
  ];
}

/** A connection to every listener of `placements` that declares a scrape job, one per kind and listener. */
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

/** The port that two components of one server both want, or that the server itself needs, as sentences for the user. */
export function portProblems(placements: readonly Listening[], reserved: ReadonlyMap<string, number>): string[] {
  const problems: string[] = [];
  const taken = new Map<string, string>();
  for (const { kind, server, listeners } of placements) {
    for (const { name, port, protocol } of listeners) {
      const holder = `${kind} (${name})`;
      const key = `${server} ${protocol} ${port}`;
      const other = reserved.get(server) === port && protocol === "tcp" ? "sshd" : taken.get(key);
      if (other !== undefined)
        problems.push(
          `port ${port}/${protocol} of server "${server}" is wanted by ${holder} and by ${other}: give one of them another port`,
        );
      taken.set(key, holder);
    }
  }
  return problems;
}

/** The first problem with a port that a component listens on, or undefined. Services run without the right to ports below 1024. */
export function portProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1024 && port <= 65535) return undefined;
  return `port ${port} cannot be listened on: choose one from 1024 to 65535 (the services run without the right to lower ones)`;
}
