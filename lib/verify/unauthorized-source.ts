import { BlockList, isIPv4 } from "node:net";
import { EVERYWHERE } from "../access/access";
import { isAllowed } from "./allowed-access";
import { Fleet } from "./fleet";

/** An address of this machine that no server allows, except at ports that every address may reach. */
export interface UnauthorizedSource {
  readonly address: string;
  /** Names of the servers that see this machine under the address. */
  readonly servers: ReadonlySet<string>;
}

/**
 * Finds an address of this machine that is unauthorized on servers in a directly connected network, such as local servers.
 * Servers in other networks are not considered, because routers may replace the address or drop its packets, so that a
 * missing answer proves nothing.
 *
 * @param ownAddress this machine's address on its default route
 * @param interfaceBlocks the CIDR blocks of this machine's interfaces, such as `198.18.0.1/20`
 */
export function findUnauthorizedSource(
  fleet: Fleet,
  ownAddress: string | undefined,
  interfaceBlocks: readonly string[],
): UnauthorizedSource | undefined {
  if (ownAddress === undefined || !isIPv4(ownAddress)) return undefined;
  const connected = new BlockList();
  for (const block of interfaceBlocks) {
    const [address = "", mask] = block.split("/");
    if (isIPv4(address) && !isAllowed([block], ownAddress)) connected.addSubnet(address, Number(mask), "ipv4");
  }
  const servers = fleet.servers.filter(
    ({ address, ports }) =>
      isIPv4(address) &&
      connected.check(address, "ipv4") &&
      !ports.some(({ sources }) => isAllowed(sources.filter(isLimited), ownAddress) !== false),
  );
  return servers.length === 0 ? undefined : { address: ownAddress, servers: new Set(servers.map(({ name }) => name)) };
}

function isLimited(source: string): boolean {
  return !EVERYWHERE.includes(source);
}
