import { Edge } from "./access";
import { runNameProblem } from "./names";

/** Somebody who may reach a component. */
export class Reacher {
  /** The components of a kind, from the servers where they are placed. */
  public static component(kind: string): Reacher {
    return new Reacher(kind);
  }

  /** The blocks that people work from. */
  public static technicians(): Reacher {
    return new Reacher();
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
   * @throws when the kind's name is malformed
   */
  public static only(kind: string, reachers: readonly Reacher[]): Access {
    const found = runNameProblem(kind);
    if (found !== undefined) throw new Error(`Access.only: ${found}`);
    return new Access(kind, [...reachers]);
  }

  private constructor(
    /** The kind of component that is reached. */
    public readonly kind: string,
    /** Who may reach it. */
    public readonly reachers: readonly Reacher[],
  ) {}

  /** As it is written in the code. */
  public toString(): string {
    return `Access.only("${this.kind}", [${this.reachers.join(", ")}])`;
  }
}

const WATCHERS = ["prometheus", "alertmanager", "grafana"].map((kind) => Reacher.component(kind));

/** What holds unless a monitoring says otherwise: exporters are Prometheus' alone, and what watches is reached by what watches. */
const DEFAULTS: readonly Access[] = [
  Access.only("node_exporter", [Reacher.component("prometheus"), Reacher.technicians()]),
  Access.only("exporter", [Reacher.component("prometheus"), Reacher.technicians()]),
  Access.only("prometheus", [...WATCHERS, Reacher.technicians()]),
  Access.only("alertmanager", [...WATCHERS, Reacher.technicians()]),
];

/** All bounds that hold, by the kind of component: one's own take the place of ours. */
export function boundsByKind(own: readonly Access[]): ReadonlyMap<string, Access> {
  return new Map([...DEFAULTS, ...own].map((bound) => [bound.kind, bound]));
}

/** The edges that are beyond the bounds. */
export function surplusEdges(
  bounds: ReadonlyMap<string, Access>,
  edges: readonly Edge[],
  technicians: readonly string[],
): Edge[] {
  return edges.filter(({ source, destination, kind }) => {
    const bound = bounds.get(kind);
    if (bound === undefined || source.server === destination) return false;
    return !bound.reachers.some((reacher) =>
      reacher.kind === undefined
        ? source.cidr !== undefined && technicians.includes(source.cidr)
        : source.kind === reacher.kind,
    );
  });
}
