import { Construct } from "constructs";
import { Edge } from "../../lib/access/access";
import { firewallVariables, hostFirewall } from "../../lib/access/host-firewall";
import { Variables } from "../../lib/inventory/inventory";
import { Peer, Port } from "../../lib/access/peer";
import type { Member } from "./member";

/** How much a server's own firewall closes. */
export enum FirewallMode {
  /** Our ports, to everyone whom the access graph does not name. Nothing else is touched, so nobody is locked out. */
  GUARD = "guard",
  /** All that is not admitted: SSH is, from controllers and technicians, and what `allow` names. */
  STRICT = "strict",
}

/** The kind of the edges that `allow` adds. */
const APPLICATION = "application";

/**
 * The firewall of one server: it lets in what the access graph needs, by the server's own rules and, where its cloud has
 * a firewall, by that too. Every member has one.
 */
export class ExporterFirewall extends Construct {
  private readonly allowed: Edge[] = [];

  public constructor(
    private readonly member: Member,
    id: string,
    /** How much it closes. */
    public readonly mode: FirewallMode,
  ) {
    super(member, id);
  }

  /**
   * Lets somebody reach a port of the application's own. A port that a component or an exporter listens on is refused
   * at synthesis, for that follows from the access graph.
   *
   * @param reason why, for whoever reviews the access graph
   */
  public allow(peer: Peer, port: Port, reason = "the application is reached here"): void {
    const { server, monitoring } = this.member;
    this.allowed.push({
      source: { cidr: peer.cidr },
      destination: server.name,
      kind: APPLICATION,
      listener: { name: `${APPLICATION}_${port.port}`, port: port.port, protocol: port.protocol },
      reason,
    });
    monitoring._invalidate();
  }

  /** What `allow` added. */
  public get _edges(): readonly Edge[] {
    return [...this.allowed];
  }

  /** The variables of the role `firewall`. Asked at synthesis, when all is placed. */
  public _variables(edges: readonly Edge[]): Variables {
    const { server, _listening: listening, monitoring } = this.member;
    const rules = hostFirewall({
      server: server.name,
      listening,
      edges,
      addressOf: (name) => monitoring.dial(server, name),
    });
    return firewallVariables(rules, this.mode === FirewallMode.STRICT);
  }

  /** What is allowed to strangers at a port that is to be guarded, as sentences for the user. */
  public _problems(): string[] {
    const { _components: components, _listening: listening, node } = this.member;
    return this.allowed.flatMap(({ listener: { port, protocol } }) => {
      const holder = listening.find(({ listeners }) =>
        listeners.some((listener) => listener.port === port && listener.protocol === protocol),
      );
      if (holder === undefined) return [];
      const { path } = components.find(({ kind }) => kind === holder.kind)?.node ?? node;
      return [
        `port ${port}/${protocol} is ${path}'s, and who reaches that follows from the access graph: remove allow(…) for it`,
      ];
    });
  }
}
