import { IPv6, parseCIDR } from "ipaddr.js";
import { addressBits, Ip, networkAddress, parseIp } from "./ip";

/** A CIDR block. All bits of its address beyond the mask are zero. */
export interface Cidr {
  readonly address: Ip;
  readonly mask: number;
}

/**
 * Checks a CIDR block such as `203.0.113.7/32` or `2001:db8::/32`.
 *
 * @returns what is wrong with it, or undefined
 */
export function cidrProblem(cidr: string): string | undefined {
  const [address = "", mask, ...rest] = cidr.split("/");
  const ip = parseIp(address);
  if (!ip || rest.length > 0) return `"${cidr}" is not a CIDR block such as "203.0.113.7/32"`;
  const bits = addressBits(ip);
  if (mask === undefined)
    return `CIDR mask is missing in "${cidr}": did you mean "${mappedIpv4(ip, bits) ?? `${cidr}/${bits}`}"?`;
  if (!/^\d{1,3}$/.test(mask) || Number(mask) > bits) return `the mask of "${cidr}" must be a number from 0 to ${bits}`;
  const network = networkAddress(ip, Number(mask));
  const mapped = mappedIpv4(network, Number(mask));
  if (mapped !== undefined)
    return `"${cidr}" is an IPv4 block in IPv6 notation, which firewalls do not match: did you mean "${mapped}"?`;
  return network.toString() === ip.toString()
    ? undefined
    : `"${cidr}" has bits beyond its mask: did you mean "${network.toString()}/${mask}"?`;
}

/**
 * Parses a CIDR block.
 *
 * @throws if it is malformed, with the text of {@link cidrProblem}
 */
export function parseCidr(cidr: string): Cidr {
  const problem = cidrProblem(cidr);
  if (problem !== undefined) throw new Error(problem);
  const [address, mask] = parseCIDR(cidr);
  return { address, mask };
}

/** Writes a block in the canonical notation of RFC 5952, which cloud APIs return. */
export function formatCidr({ address, mask }: Cidr): string {
  return `${address.toString()}/${mask}`;
}

/** Whether the block `outer` contains all addresses of the block `inner`. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  if (outer.address.kind() !== inner.address.kind() || outer.mask > inner.mask) return false;
  return inner.address.match(outer.address, outer.mask);
}

/** Blocks that are not routed on the internet (IANA's special-purpose address registries). */
const PRIVATE = [
  ...["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  ...["198.18.0.0/15", "::1/128", "fc00::/7", "fe80::/10"],
].map(parseCidr);

/** Whether an address is reachable only from its own network. False for a host name. */
export function isPrivateAddress(address: string): boolean {
  const ip = parseIp(address);
  return ip !== undefined && PRIVATE.some((block) => containsCidr(block, { address: ip, mask: addressBits(ip) }));
}

/** Returns the IPv4 block that an IPv4-mapped IPv6 block stands for (RFC 4291, section 2.5.5.2), or undefined. */
function mappedIpv4(ip: Ip, mask: number): string | undefined {
  if (!(ip instanceof IPv6) || mask < 96 || !ip.isIPv4MappedAddress()) return undefined;
  return `${ip.toIPv4Address().toString()}/${mask - 96}`;
}
