import { ANYONE, componentKinds, TECHNICIANS } from "../components";
import { runNameProblem } from "../names";
import { Edge } from "./access";

/**
 * A peer that an {@link Access} bound allows: a kind of component, the technicians, or every address.
 *
 * @example
 *
 * Access.only("grafana", [AccessPeer.technicians(), AccessPeer.component("prometheus")]);
 */
export class AccessPeer {
  /**
   * All components of one kind, on any server.
   *
   * @param kind kind of component, such as `prometheus`
   */
  public static component(kind: string): AccessPeer {
    return new AccessPeer(kind);
  }

  /** The CIDR blocks in the `technicians` of the `Monitoring`. */
  public static technicians(): AccessPeer {
    return new AccessPeer();
  }

  /** Every address, as for the port at which an authority validates the names of a gateway. */
  public static anyone(): AccessPeer {
    return new AccessPeer(undefined, true);
  }

  private constructor(
    /**
     * Kind of component; undefined for technicians.
     *
     * @internal
     */
    public readonly _kind?: string,
    /** Whether the peer is every address. @internal */
    public readonly _anyone = false,
  ) {}

  /** Returns the TypeScript expression of this peer. @internal */
  public toString(): string {
    if (this._anyone) return "AccessPeer.anyone()";
    return this._kind === undefined ? "AccessPeer.technicians()" : `AccessPeer.component("${this._kind}")`;
  }
}

/**
 * An upper bound of the access graph: it limits which peers may connect to a kind of component. The synthesis fails if
 * the access graph contains a connection from another peer.
 *
 * The built-in bounds allow exporters only from Prometheus and technicians, and the monitoring components only from each
 * other and technicians. A bound of the same kind and listener replaces the built-in one.
 *
 * @example
 *
 * new Monitoring(this, "monitoring", {
 *   technicians: ["203.0.113.7/32"],
 *   bounds: [Access.only("node_exporter", [AccessPeer.component("prometheus")])],
 * });
 */
export class Access {
  /**
   * Allows connections to a kind of component only from the given peers. The bound does not apply to connections within
   * one server: see `localUsers` in the guide about the firewall.
   *
   * @param kind kind of component, such as `node_exporter`
   * @param peers peers that may connect
   * @param listener name of the only listener to which this bound applies. Without a name, the bound applies to all
   * listeners that have no bound of their own. The cluster listeners (`cluster_tcp` and `cluster_udp` of Alertmanager,
   * `grpc` and `gossip` of Loki) have a built-in bound of their own.
   * @throws if the name of the kind is malformed
   */
  public static only(kind: string, peers: readonly AccessPeer[], listener?: string): Access {
    const found = runNameProblem(kind);
    if (found !== undefined) throw new Error(`Access.only: ${found}`);
    return new Access(kind, [...peers], listener);
  }

  private constructor(
    /**
     * Kind of component to which the peers connect.
     *
     * @internal
     */
    public readonly _kind: string,
    /**
     * Peers that may connect.
     *
     * @internal
     */
    public readonly _peers: readonly AccessPeer[],
    /**
     * Name of the listener; undefined for all that have no bound of their own.
     *
     * @internal
     */
    public readonly _listener?: string,
  ) {}

  /** Returns the TypeScript expression of this bound. @internal */
  public toString(): string {
    const listener = this._listener === undefined ? "" : `, "${this._listener}"`;
    return `Access.only("${this._kind}", [${this._peers.join(", ")}]${listener})`;
  }
}

/** Bound of user-provided exporters, whose kind is `exporter`. */
const EXPORTERS = Access.only("exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()]);

/** The built-in bounds. */
const DEFAULTS: readonly Access[] = [
  EXPORTERS,
  ...componentKinds.flatMap(({ kind, peers }) =>
    Object.entries(peers).map(([listener, allowed]) =>
      Access.only(kind, allowed.map(peerOf), listener === "*" ? undefined : listener),
    ),
  ),
];

function peerOf(name: string): AccessPeer {
  if (name === ANYONE) return AccessPeer.anyone();
  return name === TECHNICIANS ? AccessPeer.technicians() : AccessPeer.component(name);
}

/** Returns the user's bounds and the built-in ones that they do not replace. */
export function allBounds(custom: readonly Access[]): readonly Access[] {
  return [...DEFAULTS.filter((builtIn) => !custom.some((bound) => isSameBound(bound, builtIn))), ...custom];
}

/** Whether two bounds apply to the same kind and listener. */
export function isSameBound(one: Access, other: Access): boolean {
  return one._kind === other._kind && one._listener === other._listener;
}

/** Returns the bound that applies to a listener, or undefined. */
export function boundOf(bounds: readonly Access[], kind: string, listener: string): Access | undefined {
  const ofKind = bounds.filter((bound) => bound._kind === kind);
  return ofKind.find((bound) => bound._listener === listener) ?? ofKind.find((bound) => bound._listener === undefined);
}

/** Returns the edges that the bounds do not allow. */
export function edgesBeyondBounds(
  bounds: readonly Access[],
  edges: readonly Edge[],
  technicians: readonly string[],
): Edge[] {
  return edges.filter(({ source, destination, kind, listener }) => {
    const bound = boundOf(bounds, kind, listener.name);
    if (bound === undefined || source.server === destination) return false;
    return !bound._peers.some(
      (peer) =>
        peer._anyone ||
        (peer._kind === undefined
          ? source.cidr !== undefined && technicians.includes(source.cidr)
          : source.kind === peer._kind),
    );
  });
}
