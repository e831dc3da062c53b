import { Construct } from "constructs";
import { Edge } from "../../lib/access/access";
import { firewallVariables, hostFirewall } from "../../lib/access/host-firewall";
import { Variables } from "../../lib/inventory/variables";
import { Peer, Port } from "../../lib/access/peer";
import { IMember, IMemberFirewall, ServerGraph } from "../contracts";

/** Mode of the host firewall. */
export enum FirewallMode {
  /** Blocks the ports of the monitoring for sources that the access graph does not allow. Does not affect other ports. */
  GUARD = "guard",
  /**
   * Blocks all inbound connections except SSH from controllers and technicians, the connections in the access graph, and
   * the ports that `firewall.allow` opens.
   */
  STRICT = "strict",
}

/** Kind of the edges that `allow` adds. */
const APPLICATION = "application";

/**
 * The firewall of one member: the host firewall and, if the server has one, the cloud firewall. Both allow the
 * connections in the access graph. The property `firewall` of a member contains this object.
 *
 * @example
 * app.firewall.allow(Peer.anyIpv4(), Port.tcp(443), "public web site");
 */
export class ExporterFirewall extends Construct implements IMemberFirewall {
  private readonly allowed: Edge[] = [];

  /** @internal */
  public constructor(
    private readonly member: IMember & Construct,
    id: string,
    /** Mode of the host firewall. */
    public readonly mode: FirewallMode,
  ) {
    super(member, id);
  }

  /**
   * Allows a peer to connect to a port of an application on the server.
   *
   * The synthesis rejects the port of a component or an exporter, because the access graph decides who may connect to
   * it.
   *
   * @param reason reason that the access document shows
   */
  public allow(peer: Peer, port: Port, reason = "application access"): void {
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

  /** Whether the mode is `STRICT`. @internal */
  public get _strict(): boolean {
    return this.mode === FirewallMode.STRICT;
  }

  /** Edges that `allow` added. @internal */
  public get _edges(): readonly Edge[] {
    return [...this.allowed];
  }

  /** Returns the variables of the role `firewall`. Complete at synthesis. @internal */
  public _variables(graph: ServerGraph): Variables {
    const { server, _listening: listening, monitoring } = this.member;
    const rules = hostFirewall({
      ...graph,
      server: server.name,
      listening,
      addressOf: (name) => monitoring._sourceOf(name, server),
      addressesOf: (name) => monitoring._addressesOf(server, name),
    });
    return firewallVariables(rules, this._strict, monitoring._localUsers);
  }

  /** Returns a problem for each allowed port that belongs to a component or an exporter. @internal */
  public _problems(): string[] {
    const { _components: components, _listening: listening, node } = this.member;
    return this.allowed.flatMap(({ listener: { port, protocol } }) => {
      const holder = listening.find(({ listeners }) =>
        listeners.some((listener) => listener.port === port && listener.protocol === protocol),
      );
      if (holder === undefined) return [];
      const { path } = components.find(({ kind }) => kind === holder.kind)?.node ?? node;
      return [
        `port ${port}/${protocol} belongs to ${path}, and the access graph decides who reaches it: remove allow(…) for this port`,
      ];
    });
  }
}
