import { createHash } from "node:crypto";
import { Ipv4Block } from "./cidr";

/** The first offset that is handed out: before it stand the network's own address and its gateway. */
const FIRST = 2;

/**
 * Hands out the addresses of a block by name: the same name gets the same address whatever else there is, unless two
 * names fall on the same one; then the later gets the next that is free.
 */
export class HostAddresses {
  private readonly taken = new Map<number, string>();

  public constructor(private readonly block: Ipv4Block) {}

  /**
   * An address for `name`.
   *
   * @param wanted a certain address
   * @throws when the wanted address is outside the block or taken, or the block is full
   */
  public allocate(name: string, wanted?: string): string {
    const offset = wanted === undefined ? this.free(name) : this.check(wanted);
    this.taken.set(offset, name);
    return this.block.address(offset);
  }

  /** Where in the block an address stands. */
  public offsetOf(address: string): number {
    const offset = this.block.offsetOf(address);
    if (offset === undefined) throw new Error(`the address ${address} is outside ${this.block.cidr}`);
    return offset;
  }

  private check(wanted: string): number {
    const offset = this.offsetOf(wanted);
    if (offset < FIRST || offset === this.block.size - 1)
      throw new Error(
        `the address ${wanted} is reserved in ${this.block.cidr}: it is the network's, the gateway's or the broadcast address`,
      );
    const holder = this.taken.get(offset);
    if (holder !== undefined) throw new Error(`the address ${wanted} belongs to "${holder}" already`);
    return offset;
  }

  private free(name: string): number {
    // The broadcast address is the last.
    const usable = this.block.size - FIRST - 1;
    if (this.taken.size >= usable)
      throw new Error(`no address is left in ${this.block.cidr}: give the network a larger subnet`);
    let place = createHash("sha256").update(name).digest().readUInt32BE() % usable;
    while (this.taken.has(FIRST + place)) place = (place + 1) % usable;
    return FIRST + place;
  }
}
