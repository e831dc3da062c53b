import { fromByteArray } from "ipaddr.js";
import { isIPv4 } from "node:net";
import { parseCidr } from "./cidr";
import { parseIp } from "./ip";

/** An IPv4 CIDR block from which single addresses and smaller blocks are assigned. */
export class Ipv4Block {
  /** Number of addresses in the block. */
  public readonly size: number;
  /** Length of the network mask, from 0 to 32. */
  public readonly mask: number;
  /** The first address as a 32-bit number. */
  private readonly first: number;

  /** @throws if `cidr` is not an IPv4 CIDR block */
  public constructor(public readonly cidr: string) {
    const { address, mask } = parseCidr(cidr);
    if (address.kind() !== "ipv4") throw new Error(`"${cidr}" is not an IPv4 block such as "198.18.0.0/20"`);
    this.first = toNumber(address.toString());
    this.mask = mask;
    this.size = 2 ** (32 - mask);
  }

  /**
   * Returns the address at an offset from the first one.
   *
   * @throws if the offset is outside the block
   */
  public address(offset: number): string {
    if (offset < 0 || offset >= this.size)
      throw new Error(`${this.cidr} has no address ${offset}: use an offset from 0 to ${this.size - 1}`);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.first + offset);
    return fromByteArray([...bytes]).toString();
  }

  /**
   * Returns one of the 2^`bits` equal blocks that this block divides into.
   *
   * @param bits number of bits by which the mask of the subnet is longer than the mask of this block
   * @throws if the block has no such subnet
   */
  public subnet(bits: number, index: number): string {
    const mask = this.mask + bits;
    if (mask > 32 || index < 0 || index >= 2 ** bits)
      throw new Error(`${this.cidr} has no subnet ${index} with the mask /${mask}`);
    return `${this.address(index * 2 ** (32 - mask))}/${mask}`;
  }

  /** Returns the offset of an address from the first one, or undefined if the block does not contain it. */
  public offsetOf(address: string): number | undefined {
    if (!isIPv4(address)) return undefined;
    const offset = toNumber(address) - this.first;
    return offset >= 0 && offset < this.size ? offset : undefined;
  }
}

function toNumber(ipv4: string): number {
  return Buffer.from(parseIp(ipv4)?.toByteArray() ?? []).readUInt32BE();
}
