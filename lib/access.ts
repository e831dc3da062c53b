/** A port on which a component is reached. */
export interface Listener {
  /** What is behind it: `http`, `cluster` … Unique in its component. */
  readonly name: string;
  readonly port: number;
  /** `tcp` or `udp`. */
  readonly protocol: string;
  /**
   * The job under which Prometheus scrapes it.
   *
   * @default - it is not scraped
   */
  readonly scrapeJob?: string;
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

/** A component on a server, as far as the access graph is concerned. */
export interface Placement {
  readonly kind: string;
  /** The server's name. */
  readonly server: string;
  readonly listeners: readonly Listener[];
  readonly connections: readonly Connection[];
}

/** That one server must reach a port of another. */
export interface Edge {
  /** The name of the server that connects. */
  readonly source: string;
  /** The name of the server that is connected to. */
  readonly destination: string;
  /** The kind of component that is reached. */
  readonly kind: string;
  readonly listener: Listener;
  readonly reason: string;
}

/**
 * All that must be reachable: each connection of each placement, to the listener on every server where that is placed.
 *
 * @throws when a connection names a listener that its component does not have
 */
export function accessEdges(placements: readonly Placement[]): Edge[] {
  return placements.flatMap((from) =>
    from.connections.flatMap((connection) =>
      placements
        .filter((to) => to.kind === connection.kind)
        .map((to) => {
          const listener = to.listeners.find(({ name }) => name === connection.listener);
          if (!listener)
            throw new Error(
              `${from.kind} connects to ${to.kind}'s listener "${connection.listener}", which it does not have`,
            );
          return { source: from.server, destination: to.server, kind: to.kind, listener, reason: connection.reason };
        }),
    ),
  );
}

/** A connection to every listener of `placements` that declares a scrape job, one per kind and listener. */
export function scrapeConnections(placements: readonly Pick<Placement, "kind" | "listeners">[]): Connection[] {
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
export function portProblems(placements: readonly Placement[], reserved: ReadonlyMap<string, number>): string[] {
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
