import { BlockList, isIPv4 } from "node:net";
import { isAllowed } from "./allowed-access";
import { Fleet } from "./fleet";

/** A stranger's part that this machine can play: an address of its own that no server admits. */
export interface UnauthorizedSource {
  readonly address: string;
  /** The servers that see it as that, by their names. */
  readonly reaches: ReadonlySet<string>;
}

/**
 * Finds an address from which this machine is a stranger to servers that are on a network with it, as local ones are. On
 * a longer way an address would be replaced or not be answered, and nothing would follow from silence.
 *
 * @param own the address that this machine goes by to the rest of the world
 * @param blocks the blocks of its interfaces, such as `198.18.0.1/20`
 */
export function findUnauthorizedSource(fleet: Fleet, own: string | undefined, blocks: readonly string[]): UnauthorizedSource | undefined {
  if (own === undefined || !isIPv4(own)) return undefined;
  const near = new BlockList();
  for (const block of blocks) {
    const [address = "", mask] = block.split("/");
    if (isIPv4(address) && !isAllowed([block], own)) near.addSubnet(address, Number(mask), "ipv4");
  }
  const strange = fleet.servers.filter(
    ({ address, ports }) =>
      isIPv4(address) && near.check(address, "ipv4") && !ports.some(({ sources }) => isAllowed(sources, own) !== false),
  );
  return strange.length === 0 ? undefined : { address: own, reaches: new Set(strange.map(({ name }) => name)) };
}
