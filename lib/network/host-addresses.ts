import { createHash } from "node:crypto";
import { Ipv4Block } from "./ipv4-block";

/** The first offset that is assigned. Offset 0 is the network address, offset 1 the gateway. */
const FIRST = 2;

/**
 * Assigns the addresses of a block by host name. A name gets the same address no matter which other names exist. Only if
 * two names hash to the same address, the later one gets the next free address.
 */
export class HostAddresses {
  private readonly assigned = new Map<number, string>();

  public constructor(private readonly block: Ipv4Block) {}

  /**
   * Assigns an address to `name`.
   *
   * @param requested a fixed address
   * @throws if the requested address is outside the block, reserved or assigned, or if the block is full
   */
  public allocate(name: string, requested?: string): string {
    const offset = requested === undefined ? this.freeOffset(name) : this.requestedOffset(requested);
    this.assigned.set(offset, name);
    return this.block.address(offset);
  }

  /**
   * Returns the offset of an address in the block.
   *
   * @throws if the block does not contain it
   */
  public offsetOf(address: string): number {
    const offset = this.block.offsetOf(address);
    if (offset === undefined)
      throw new Error(`the address ${address} is outside ${this.block.cidr}: use an address of that block`);
    return offset;
  }

  private requestedOffset(requested: string): number {
    const offset = this.offsetOf(requested);
    if (offset < FIRST || offset === this.block.size - 1)
      throw new Error(
        `the address ${requested} is reserved in ${this.block.cidr} (network, gateway or broadcast address): use another one`,
      );
    const holder = this.assigned.get(offset);
    if (holder !== undefined) throw new Error(`the address ${requested} is assigned to "${holder}": use another one`);
    return offset;
  }

  private freeOffset(name: string): number {
    // The last address is the broadcast address.
    const usable = this.block.size - FIRST - 1;
    if (this.assigned.size >= usable)
      throw new Error(`no address is left in ${this.block.cidr}: give the network a larger subnet`);
    let index = createHash("sha256").update(name).digest().readUInt32BE() % usable;
    while (this.assigned.has(FIRST + index)) index = (index + 1) % usable;
    return FIRST + index;
  }
}
