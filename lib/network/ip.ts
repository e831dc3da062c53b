import { IPv4, IPv6, parse } from "ipaddr.js";
import { isIP } from "node:net";

/** An IP address. */
export type Ip = IPv4 | IPv6;

/**
 * Parses an IP address.
 *
 * @returns undefined if `text` is not an IP address, or names a zone (`fe80::1%eth0`)
 */
export function parseIp(text: string): Ip | undefined {
  // ipaddr.js also accepts octal ("010.0.0.1") and short ("10.1") forms, which other programs read differently.
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  // ipaddr.js reads "::10.0.0.1" as "::ffff:10.0.0.1", unless the zeros are written out.
  return parse(text.replace(/^::(?=\d+\.)/, "0:0:0:0:0:0:"));
}

/** Number of bits of an address: 32 or 128. */
export function addressBits(ip: Ip): number {
  return ip.kind() === "ipv4" ? 32 : 128;
}

/** Returns the first address of the block that an address and a mask define: all bits beyond the mask are zero. */
export function networkAddress(ip: Ip, mask: number): Ip {
  const family = ip.kind() === "ipv4" ? IPv4 : IPv6;
  return family.networkAddressFromCIDR(`${ip.toString()}/${mask}`);
}
