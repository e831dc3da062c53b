import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * Checks a CIDR block such as `203.0.113.7/32` or `2001:db8::/32`, and says what is wrong with it.
 *
 * @returns undefined when it is well-formed, else a sentence for the user
 */
export function cidrProblem(cidr: string): string | undefined {
  const [address = "", mask, ...rest] = cidr.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return `"${cidr}" is not a CIDR block such as "203.0.113.7/32"`;
  const bits = family === 4 ? 32 : 128;
  if (mask === undefined) return `CIDR mask is missing in "${cidr}": did you mean "${cidr}/${bits}"?`;
  if (!/^\d{1,3}$/.test(mask) || Number(mask) > bits) return `the mask of "${cidr}" must be a number from 0 to ${bits}`;
  if (family === 4 && !isNetworkAddress(address, Number(mask))) {
    return `"${cidr}" has bits beyond its mask: did you mean "${formatIpv4(networkOf(address, Number(mask)))}/${mask}"?`;
  }
  return undefined;
}

/** What is reached from nowhere but its own network (IANA's special-purpose address registries). */
const PRIVATE = new BlockList();
for (const block of ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"])
  addBlock(block);
for (const block of ["198.18.0.0/15", "::1/128", "fc00::/7", "fe80::/10"]) addBlock(block);

function addBlock(cidr: string): void {
  const [address = "", mask] = cidr.split("/");
  PRIVATE.addSubnet(address, Number(mask), isIPv4(address) ? "ipv4" : "ipv6");
}

/** Whether `address` is one that is reached from its own network only; false for what is no address, such as a name. */
export function isPrivateAddress(address: string): boolean {
  return isIP(address) !== 0 && PRIVATE.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** An IPv4 block whose addresses are handed out one by one. */
export class Ipv4Block {
  /** The first address, as a number. */
  private readonly first: number;
  /** How many addresses the block has. */
  public readonly size: number;
  /** How many bits of an address are the block's own. */
  public readonly mask: number;

  /** @throws when `cidr` is not an IPv4 CIDR block */
  public constructor(public readonly cidr: string) {
    const problem = cidrProblem(cidr);
    if (problem !== undefined) throw new Error(problem);
    const [address = "", mask] = cidr.split("/");
    if (!isIPv4(address)) throw new Error(`"${cidr}" is not an IPv4 block`);
    this.first = parseIpv4(address);
    this.mask = Number(mask);
    this.size = 2 ** (32 - this.mask);
  }

  /**
   * The address at `offset` of the block.
   *
   * @throws when the block has no such offset
   */
  public address(offset: number): string {
    if (offset < 0 || offset >= this.size) throw new Error(`${this.cidr} has no address number ${offset}`);
    return formatIpv4(this.first + offset);
  }

  /**
   * One of the blocks that this one is divided into by `bits` more bits of its mask.
   *
   * @throws when there is no such block
   */
  public subnet(bits: number, index: number): string {
    const mask = this.mask + bits;
    if (mask > 32 || index < 0 || index >= 2 ** bits)
      throw new Error(`${this.cidr} has no block number ${index} of ${bits} more bits`);
    return `${this.address(index * 2 ** (32 - mask))}/${mask}`;
  }

  /** Where `address` stands in the block, or undefined when it is outside (or no IPv4 address). */
  public offsetOf(address: string): number | undefined {
    if (!isIPv4(address)) return undefined;
    const offset = parseIpv4(address) - this.first;
    return offset >= 0 && offset < this.size ? offset : undefined;
  }
}

function parseIpv4(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function networkOf(address: string, mask: number): number {
  const size = 2 ** (32 - mask);
  return Math.floor(parseIpv4(address) / size) * size;
}

function isNetworkAddress(address: string, mask: number): boolean {
  return networkOf(address, mask) === parseIpv4(address);
}
