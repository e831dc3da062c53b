import { breadthProblem, canonicalCidr } from "./origins";

/**
 * A CIDR block from which an application accepts connections.
 *
 * @example
 * app.firewall.allow(Peer.ipv4("203.0.113.0/24"), Port.tcp(443), "office");
 */
export class Peer {
  /**
   * An IPv4 block, such as `203.0.113.7/32`.
   *
   * @throws if `cidr` is not an IPv4 block, or is wider than /8
   */
  public static ipv4(cidr: string): Peer {
    return Peer.block(cidr, 4);
  }

  /**
   * An IPv6 block, such as `2001:db8::/48`.
   *
   * @throws if `cidr` is not an IPv6 block, or is wider than /16
   */
  public static ipv6(cidr: string): Peer {
    return Peer.block(cidr, 6);
  }

  /** Every IPv4 address. */
  public static anyIpv4(): Peer {
    return new Peer("0.0.0.0/0");
  }

  /** Every IPv6 address. */
  public static anyIpv6(): Peer {
    return new Peer("::/0");
  }

  private static block(cidr: string, family: 4 | 6): Peer {
    const canonical = canonicalCidr(cidr);
    if (cidr.includes(":") !== (family === 6))
      throw new Error(`"${cidr}" is not an IPv${family} block: use Peer.ipv${family === 6 ? 4 : 6}()`);
    const found = breadthProblem(cidr, `use Peer.anyIpv${family}() to allow every IPv${family} address`);
    if (found !== undefined) throw new Error(found);
    return new Peer(canonical);
  }

  private constructor(
    /** CIDR block in canonical notation. */
    public readonly cidr: string,
  ) {}
}

/**
 * A port of a server on which an application listens.
 *
 * @example
 * app.firewall.allow(Peer.anyIpv4(), Port.tcp(443), "public web site");
 */
export class Port {
  /**
   * A TCP port.
   *
   * @throws if `port` is not a whole number from 1 to 65535
   */
  public static tcp(port: number): Port {
    return new Port(port, "tcp");
  }

  /**
   * A UDP port.
   *
   * @throws if `port` is not a whole number from 1 to 65535
   */
  public static udp(port: number): Port {
    return new Port(port, "udp");
  }

  private constructor(
    /** Port number. */
    public readonly port: number,
    /** Protocol: `tcp` or `udp`. */
    public readonly protocol: string,
  ) {
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new Error(`${port} is not a port: use a whole number from 1 to 65535`);
  }
}
