import { cidrProblem } from "../network/cidr";
import { formatIp, Ip, parseIp } from "../network/ip";

/**
 * The widest block that people are taken to come from. Nobody was ever assigned more than a /8 of IPv4 (IANA's registry
 * of its address space) or a /16 of IPv6 (the regional registries'), so what is wider is not somebody's but everybody's.
 */
const WIDEST: ReadonlyMap<number, number> = new Map([
  [32, 8],
  [128, 16],
]);

/** A CIDR block as numbers. */
interface Block {
  readonly text: string;
  readonly ip: Ip;
  readonly mask: number;
}

/** A well-formed block in its canonical notation: that in which a cloud gives it back. */
export function canonicalCidr(cidr: string): string {
  const { ip, mask } = parseBlock(cidr);
  return `${formatIp(ip)}/${mask}`;
}

/**
 * What is wrong with a well-formed block that is wider than any that somebody was assigned, as a sentence for the user.
 *
 * @param remedy what to do instead
 * @returns undefined when it is none
 */
export function breadthProblem(cidr: string, remedy: string): string | undefined {
  const { ip, mask } = parseBlock(cidr);
  const widest = WIDEST.get(ip.bits) ?? 0;
  return mask >= widest
    ? undefined
    : `"${cidr}" is wider than any block that somebody was assigned (/${widest}), so it lets in everybody: ${remedy}`;
}

/**
 * From where people or programs come, as CIDR blocks in their canonical notation.
 *
 * @param anywhere whether blocks are accepted that are wider than any that somebody was assigned
 * @throws when a block is malformed or too wide, or is part of another one
 */
export function originBlocks(cidrs: readonly string[], anywhere: boolean): string[] {
  const blocks = cidrs.map(parseBlock);
  const remedy = 'name the addresses that you come from, such as "203.0.113.7/32", or set allowFromAnywhere: true';
  for (const { text } of blocks) refuse(anywhere ? undefined : breadthProblem(text, remedy));
  for (const [index, block] of blocks.entries()) refuse(overlapProblem(block, blocks.slice(0, index)));
  return cidrs.map(canonicalCidr);
}

function overlapProblem(block: Block, earlier: readonly Block[]): string | undefined {
  for (const other of earlier) {
    const [outer, inner] = contains(other, block) ? [other, block] : [block, other];
    if (!contains(outer, inner)) continue;
    return contains(inner, outer)
      ? `"${block.text}" is there twice${block.text === other.text ? "" : ` (as "${other.text}" too)`}: remove one of them`
      : `"${inner.text}" is part of "${outer.text}": remove the one that says more than you mean`;
  }
  return undefined;
}

function contains(outer: Block, inner: Block): boolean {
  if (outer.ip.bits !== inner.ip.bits || outer.mask > inner.mask) return false;
  const beyond = BigInt(outer.ip.bits - outer.mask);
  return outer.ip.value >> beyond === inner.ip.value >> beyond;
}

function parseBlock(cidr: string): Block {
  refuse(cidrProblem(cidr));
  const [address = "", mask] = cidr.split("/");
  const ip = parseIp(address);
  if (!ip) throw new Error(`"${cidr}" is not a CIDR block`);
  return { text: cidr, ip, mask: Number(mask) };
}

function refuse(found: string | undefined): void {
  if (found !== undefined) throw new Error(found);
}
