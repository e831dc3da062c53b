import { BlockList, isIP } from "node:net";

const FAMILIES = new Map([
  [4, "ipv4"],
  [6, "ipv6"],
] as const);

/**
 * Whether an address is in a list of addresses and CIDR blocks.
 *
 * @returns undefined if the address is a host name, which cannot be compared
 */
export function isAllowed(sources: readonly string[], address: string): boolean | undefined {
  const family = FAMILIES.get(isIP(address) as 4 | 6);
  if (family === undefined) return undefined;
  const list = new BlockList();
  for (const source of sources) {
    const [network = "", mask] = source.split("/");
    const sourceFamily = FAMILIES.get(isIP(network) as 4 | 6);
    if (sourceFamily === undefined) continue;
    if (mask === undefined) list.addAddress(network, sourceFamily);
    else list.addSubnet(network, Number(mask), sourceFamily);
  }
  return list.check(address, family);
}
