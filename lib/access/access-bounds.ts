import { Edge } from "./access";
import { runNameProblem } from "../names";

/** Somebody who may reach a component. */
export class AccessPeer {
  /** The components of a kind, from the servers where they are placed. */
  public static component(kind: string): AccessPeer {
    return new AccessPeer(kind);
  }

  /** The blocks that people work from. */
  public static technicians(): AccessPeer {
    return new AccessPeer();
  }

  private constructor(
    /**
     * The kind of the component.
     *
     * @default - none: technicians
     */
    public readonly kind?: string,
  ) {}

  /** As it is written in the code. */
  public toString(): string {
    return this.kind === undefined ? "Reacher.technicians()" : `Reacher.component("${this.kind}")`;
  }
}

/** An upper bound of the access graph: a synthesis in which somebody else would reach the component is refused. */
export class Access {
  /**
   * A kind of component may be reached by these only, whatever the components declare. What connects from the same
   * server passes no firewall, and is not bounded.
   *
   * @param listener one of its listeners, by name, which then only this bound is about; by default all that have no
   * bound of their own, as have those by which a cluster's members talk to each other (`cluster_tcp` and `cluster_udp` of
   * Alertmanager, `grpc` and `gossip` of Loki)
   * @throws when the kind's name is malformed
   */
  public static only(kind: string, reachers: readonly AccessPeer[], listener?: string): Access {
    const found = runNameProblem(kind);
    if (found !== undefined) throw new Error(`Access.only: ${found}`);
    return new Access(kind, [...reachers], listener);
  }

  private constructor(
    /** The kind of component that is reached. */
    public readonly kind: string,
    /** Who may reach it. */
    public readonly reachers: readonly AccessPeer[],
    /**
     * The name of the listener that is reached.
     *
     * @default - all that have no bound of their own
     */
    public readonly listener?: string,
  ) {}

  /** As it is written in the code. */
  public toString(): string {
    const listener = this.listener === undefined ? "" : `, "${this.listener}"`;
    return `Access.only("${this.kind}", [${this.reachers.join(", ")}]${listener})`;
  }
}

const WATCHERS = ["prometheus", "alertmanager", "grafana"].map((kind) => AccessPeer.component(kind));
const LOG_READERS = ["prometheus", "grafana"].map((kind) => AccessPeer.component(kind));

/** What holds unless a monitoring says otherwise: exporters are Prometheus' alone, and what watches is reached by what watches. */
const DEFAULTS: readonly Access[] = [
  Access.only("node_exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()]),
  Access.only("log_agent", [AccessPeer.component("prometheus"), AccessPeer.technicians()]),
  Access.only("exporter", [AccessPeer.component("prometheus"), AccessPeer.technicians()]),
  Access.only("prometheus", [...WATCHERS, AccessPeer.technicians()]),
  Access.only("alertmanager", [...WATCHERS, AccessPeer.component("loki"), AccessPeer.technicians()]),
  Access.only("alertmanager", [AccessPeer.component("alertmanager")], "cluster_tcp"),
  Access.only("alertmanager", [AccessPeer.component("alertmanager")], "cluster_udp"),
  Access.only("loki", [...LOG_READERS, AccessPeer.component("log_agent"), AccessPeer.technicians()]),
  Access.only("loki", [AccessPeer.component("loki")], "grpc"),
  Access.only("loki", [AccessPeer.component("loki")], "gossip"),
  Access.only("grafana", [AccessPeer.component("prometheus"), AccessPeer.technicians()]),
];

/** All bounds that hold: one's own take the place of ours for the same kind and listener. */
export function allBounds(own: readonly Access[]): readonly Access[] {
  return [...DEFAULTS.filter((ours) => !own.some((bound) => isSameBound(bound, ours))), ...own];
}

/** Whether two bounds are about the same kind and listener. */
export function isSameBound(one: Access, other: Access): boolean {
  return one.kind === other.kind && one.listener === other.listener;
}

/** The bound of a listener, where there is one. */
export function boundOf(bounds: readonly Access[], kind: string, listener: string): Access | undefined {
  const ofKind = bounds.filter((bound) => bound.kind === kind);
  return ofKind.find((bound) => bound.listener === listener) ?? ofKind.find((bound) => bound.listener === undefined);
}

/** The edges that are beyond the bounds. */
export function surplusEdges(
  bounds: readonly Access[],
  edges: readonly Edge[],
  technicians: readonly string[],
): Edge[] {
  return edges.filter(({ source, destination, kind, listener }) => {
    const bound = boundOf(bounds, kind, listener.name);
    if (bound === undefined || source.server === destination) return false;
    return !bound.reachers.some((reacher) =>
      reacher.kind === undefined
        ? source.cidr !== undefined && technicians.includes(source.cidr)
        : source.kind === reacher.kind,
    );
  });
}
