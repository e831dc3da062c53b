import { Connection } from "../../lib/access/access";
import { componentKinds } from "../../lib/components";
import { IComponent, IMonitoring } from "../contracts";

/** The value of `client` in the configuration of the gateway for people, who show no certificate. */
const PERSON = "person";

/** Returns the kinds of user-provided components that have each right at a kind of component behind a gateway. */
export function clientsByRight(served: string, { _components: components }: IMonitoring): Record<string, string[]> {
  const clients = new Map<string, Set<string>>();
  for (const { kind, connection } of connectionsToGateways(components)) {
    if (connection.kind !== served) continue;
    for (const right of rightsOf(connection)) clients.set(right, (clients.get(right) ?? new Set()).add(kind));
  }
  return Object.fromEntries([...clients].sort().map(([right, kinds]) => [right, [...kinds].sort()]));
}

/** Returns a message for each right that a component cannot have. */
export function rightsProblems({ _components: components }: IMonitoring): string[] {
  const known = connectionsToGateways(components);
  return [
    ...components.flatMap(({ node, _playbook: playbook, connections }) =>
      connections
        .filter(({ rights }) => rights !== undefined)
        .filter(({ kind, listener }) => playbook === undefined || listener !== "http" || grantable(kind) === undefined)
        .map(
          ({ kind, listener }) =>
            `${node.path}, connection to ${kind} (${listener}): only user-provided components have rights, and only at the listener "http" of a component behind a gateway: remove rights`,
        ),
    ),
    ...known.flatMap(({ path, connection }) => {
      const { kind, rights = [] } = connection;
      const unknown = rights.filter((right) => grantable(kind)?.includes(right) === false);
      return unknown.map((right) => `${path}, connection to ${kind}: ${unknownRight(kind, right)}`);
    }),
    ...known
      .filter(({ kind }) => kind === PERSON)
      .map(({ path }) => `${path}: the gateway uses the kind "${PERSON}" for technicians: choose another kind`),
  ];
}

function unknownRight(kind: string, right: string): string {
  if (kind === "loki" && right === "send")
    return `only log agents send log lines: remove the right "send", and declare logSources for the lines of the component`;
  return `the right "${right}" is unknown: use ${(grantable(kind) ?? []).map((each) => `"${each}"`).join(", ")}`;
}

/** A connection of a user-provided component to a component behind a gateway. */
interface GatewayConnection {
  readonly path: string;
  readonly kind: string;
  readonly connection: Connection;
}

function connectionsToGateways(components: readonly IComponent[]): GatewayConnection[] {
  return components
    .filter(({ _playbook: playbook }) => playbook !== undefined)
    .flatMap(({ node, kind, connections }) =>
      connections
        .filter(({ kind: served, listener }) => listener === "http" && grantable(served) !== undefined)
        .map((connection) => ({ path: node.path, kind, connection })),
    );
}

function rightsOf({ kind, rights }: Connection): readonly string[] {
  return rights ?? (grantable(kind) ?? []).slice(0, 1);
}

/** Returns the rights that user-provided components may have at a kind of component; undefined if no gateway serves it. */
function grantable(kind: string): readonly string[] | undefined {
  return componentKinds.find((record) => record.kind === kind)?.gateway?.rights;
}
