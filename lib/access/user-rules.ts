import { groupBy } from "../grouping";
import { Edge, Listener, Listening } from "./access";

/** Ports to which processes of one server may connect only as certain users. */
export interface UserRule {
  readonly ports: readonly Pick<Listener, "protocol" | "port">[];
  /** Addresses of the other servers that have these ports; may be tokens. If the list is empty, the server itself. */
  readonly destinations: readonly string[];
  /** System users that may connect, in addition to root. */
  readonly users: readonly string[];
  /** Whether the users of technicians may connect, too: the SSH user of the server, and the named local users. */
  readonly technicians: boolean;
}

/** Everything from which the rules for the users of one server are derived. */
export interface UserRulesInput {
  readonly server: string;
  /** Components and exporters on the server. */
  readonly listening: readonly Listening[];
  /** Edges of the access graph from the server, including those to itself. */
  readonly outgoing: readonly Edge[];
  /** Returns the system user of a component, undefined if it is unknown. */
  readonly userOf: (server: string, kind: string) => string | undefined;
  /** Returns the addresses at which this server can reach another server. */
  readonly addressesOf: (server: string) => readonly string[];
}

/** A port of a server, and the users that may connect to it. */
interface Target {
  /** Name of the server that has the port. */
  readonly destination: string;
  readonly port: Pick<Listener, "protocol" | "port">;
  readonly users: readonly string[];
  readonly technicians: boolean;
}

/**
 * Returns the rules for the users of one server. They cover the ports of all components on the server, and the ports of
 * other servers to which its components connect. The number of rules does not grow with the fleet.
 *
 * The rules leave out a port if its component or a component that connects to it has no known user: applications may
 * share the port, and the rules must not break them.
 */
export function userRules({ server, listening, outgoing, userOf, addressesOf }: UserRulesInput): UserRule[] {
  const sources = groupBy(outgoing, ({ destination, kind, listener: { name } }) => key(destination, kind, name));
  const target = (destination: string, kind: string, listener: Listener, own: readonly string[]): Target[] => {
    const connecting = sources.get(key(destination, kind, listener.name)) ?? [];
    const users = connecting.map(({ source }) => userOf(server, source.kind ?? ""));
    const known = users.filter((user) => user !== undefined);
    if (known.length < users.length) return [];
    const { protocol, port, technicians = false } = listener;
    return [{ destination, port: { protocol, port }, users: [...new Set([...own, ...known])].sort(), technicians }];
  };
  const local = listening.flatMap(({ kind, listeners, user }) =>
    user === undefined
      ? []
      : listeners
          .filter(({ anyLocalUser = false }) => !anyLocalUser)
          .flatMap((listener) => target(server, kind, listener, [user])),
  );
  const remote = [...sources.values()].flatMap((same) =>
    same
      .slice(0, 1)
      .filter(({ destination, kind }) => destination !== server && userOf(destination, kind) !== undefined)
      .flatMap(({ destination, kind, listener }) => target(destination, kind, listener, [])),
  );
  return [
    ...merged(local).map((rule) => ({ ...rule, destinations: [] })),
    ...merged(remote).map(({ destinations, ...rule }) => ({
      ...rule,
      destinations: [...new Set(destinations.flatMap(addressesOf))].sort(),
    })),
  ];
}

/** Merges the targets of equal users: first the servers with the same port, then the ports of the same servers. */
function merged(targets: readonly Target[]): UserRule[] {
  const byPort = groupBy(targets, ({ port, users, technicians }) => JSON.stringify([port, users, technicians]));
  const rules = [...byPort.values()].flatMap((same) =>
    same.slice(0, 1).map(({ port, users, technicians }) => {
      const destinations = same.map(({ destination }) => destination).sort();
      return { ports: [port], destinations, users, technicians };
    }),
  );
  const byServers = groupBy(rules, (rule) => JSON.stringify({ ...rule, ports: [] }));
  return [...byServers.values()].flatMap((same) =>
    same.slice(0, 1).map((rule) => ({ ...rule, ports: same.flatMap(({ ports }) => ports).sort(byNumber) })),
  );
}

function byNumber(a: UserRule["ports"][number], b: UserRule["ports"][number]): number {
  return a.port - b.port || (a.protocol < b.protocol ? -1 : 1);
}

function key(server: string, kind: string, listener: string): string {
  return [server, kind, listener].join(" ");
}
