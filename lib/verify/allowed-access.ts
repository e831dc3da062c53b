import { BlockList, isIP } from "node:net";

const families = new Map([
  [4, "ipv4"],
  [6, "ipv6"],
] as const);

/**
 * Whether an address is among addresses and CIDR blocks.
 *
 * @returns undefined where the address is a name, of which that cannot be said
 */
export function isAllowed(sources: readonly string[], address: string): boolean | undefined {
  const family = families.get(isIP(address) as 4 | 6);
  if (family === undefined) return undefined;
  const list = new BlockList();
  for (const source of sources) {
    const [network = "", mask] = source.split("/");
    const of = families.get(isIP(network) as 4 | 6);
    if (of === undefined) continue;
    if (mask === undefined) list.addAddress(network, of);
    else list.addSubnet(network, Number(mask), of);
  }
  return list.check(address, family);
}
