import { isIP } from "node:net";

/** The addresses of a server. */
export interface Endpoint {
  /** Network of the server. */
  readonly network: unknown;
  /** Address for servers of the same network. */
  readonly address: string;
  /** Address for servers of other networks. */
  readonly publicAddress?: string;
  /** Address of the other family, for servers of every network. */
  readonly secondAddress?: string;
  /** Address on which services listen; empty for all addresses. */
  readonly bindAddress: string;
}

/** The addresses of a connection between two servers. */
export interface Route {
  /** Address from which the connection comes; undefined if the source has no address for the network of the destination. */
  readonly source?: string;
  /** Address to which the connection goes. */
  readonly destination: string;
}

/**
 * Returns the addresses of a connection between two servers: the first address of the destination for which the source
 * has an address of the same family. The family of a host name, or of an address that only Terraform knows, is unknown
 * and fits both, and so does a source without an address.
 *
 * @param familyOf family of an address: 4, 6 or, if it is unknown, 0
 * @returns undefined if the destination has no address for the network of the source, or no family fits
 */
export function routeBetween(
  from: Endpoint,
  to: Endpoint,
  familyOf: (address: string, server: Endpoint) => number = isIP,
): Route | undefined {
  const bound = to.bindAddress === "::" ? 0 : isIP(to.bindAddress);
  const fits = (one: number, other: number): boolean => one === 0 || other === 0 || one === other;
  for (const destination of addressesFor(from, to)) {
    const family = familyOf(destination, to);
    if (!fits(family, bound)) continue;
    const sources = addressesFor(to, from);
    const source = sources.find((address) => fits(familyOf(address, from), family));
    if (source !== undefined || sources.length === 0) return { source, destination };
  }
  return undefined;
}

/** Returns the addresses of a server as another server sees them, the preferred one first. */
function addressesFor(observer: Endpoint, server: Endpoint): string[] {
  const first = observer.network === server.network ? server.address : server.publicAddress;
  return [first, server.secondAddress].filter((address) => address !== undefined);
}
