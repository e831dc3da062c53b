import { breadthProblem, canonicalCidr } from "./origins";

/** From where something is let in. */
export class Peer {
  /**
   * An IPv4 block, such as `203.0.113.7/32`.
   *
   * @throws when it is none, or wider than any that somebody was assigned
   */
  public static ipv4(cidr: string): Peer {
    return Peer.block(cidr, false);
  }

  /**
   * An IPv6 block, such as `2001:db8::/48`.
   *
   * @throws when it is none, or wider than any that somebody was assigned
   */
  public static ipv6(cidr: string): Peer {
    return Peer.block(cidr, true);
  }

  /** Any IPv4 address. */
  public static anyIpv4(): Peer {
    return new Peer("0.0.0.0/0");
  }

  /** Any IPv6 address. */
  public static anyIpv6(): Peer {
    return new Peer("::/0");
  }

  private static block(cidr: string, six: boolean): Peer {
    const canonical = canonicalCidr(cidr);
    const family = six ? 6 : 4;
    if (cidr.includes(":") !== six) throw new Error(`"${cidr}" is not an IPv${family} block`);
    const found = breadthProblem(cidr, `say Peer.anyIpv${family}() if you mean that`);
    if (found !== undefined) throw new Error(found);
    return new Peer(canonical);
  }

  private constructor(
    /** The block. */
    public readonly cidr: string,
  ) {}
}

/** A port of a server that is none of ours. */
export class Port {
  /** @throws when it is no port */
  public static tcp(port: number): Port {
    return new Port(port, "tcp");
  }

  /** @throws when it is no port */
  public static udp(port: number): Port {
    return new Port(port, "udp");
  }

  private constructor(
    /** Its number. */
    public readonly port: number,
    /** `tcp` or `udp`. */
    public readonly protocol: string,
  ) {
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new Error(`${port} is not a port: it is a whole number from 1 to 65535`);
  }
}
