import { BlockList, isIP, isIPv4 } from "node:net";
import { formatIp, Ip, networkOf, parseIp } from "./ip";

/**
 * Checks a CIDR block such as `203.0.113.7/32` or `2001:db8::/32`, and says what is wrong with it.
 *
 * @returns undefined when it is well-formed, else a sentence for the user
 */
export function cidrProblem(cidr: string): string | undefined {
  const [address = "", mask, ...rest] = cidr.split("/");
  const ip = parseIp(address);
  if (!ip || rest.length > 0) return `"${cidr}" is not a CIDR block such as "203.0.113.7/32"`;
  if (mask === undefined)
    return `CIDR mask is missing in "${cidr}": did you mean "${mappedIpv4(ip, ip.bits) ?? `${cidr}/${ip.bits}`}"?`;
  if (!/^\d{1,3}$/.test(mask) || Number(mask) > ip.bits)
    return `the mask of "${cidr}" must be a number from 0 to ${ip.bits}`;
  const network = networkOf(ip, Number(mask));
  const mapped = mappedIpv4(network, Number(mask));
  if (mapped !== undefined)
    return `"${cidr}" is an IPv4 block in the notation of IPv6, which no firewall matches: did you mean "${mapped}"?`;
  return network.value === ip.value
    ? undefined
    : `"${cidr}" has bits beyond its mask: did you mean "${formatIp(network)}/${mask}"?`;
}

/** The IPv4 block that an IPv6 block stands for (RFC 4291, section 2.5.5.2), or undefined. */
function mappedIpv4({ value, bits }: Ip, mask: number): string | undefined {
  if (bits !== 128 || mask < 96 || value >> 32n !== 0xffffn) return undefined;
  return `${formatIp({ value: value % (1n << 32n), bits: 32 })}/${mask - 96}`;
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
    return formatIp({ value: BigInt(this.first + offset), bits: 32 });
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
  return Number(parseIp(address)?.value);
}
