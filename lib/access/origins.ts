import { Cidr, containsCidr, formatCidr, parseCidr } from "../network/cidr";

/**
 * Mask of the widest block that a registry assigned to a single organization: /8 for IPv4 (IANA's IPv4 address space
 * registry) and /16 for IPv6 (the regional internet registries).
 */
const WIDEST = { ipv4: 8, ipv6: 16 };

/** Returns a well-formed block in canonical notation. */
export function canonicalCidr(cidr: string): string {
  return formatCidr(parseCidr(cidr));
}

/**
 * Returns what is wrong with a well-formed block that is wider than the network of any single organization.
 *
 * @param remedy what the user can do about it
 * @returns undefined if the block is not too wide
 */
export function breadthProblem(cidr: string, remedy: string): string | undefined {
  const { address, mask } = parseCidr(cidr);
  const widest = WIDEST[address.kind()];
  return mask >= widest
    ? undefined
    : `"${cidr}" is wider than the network of any single organization (/${widest}): ${remedy}`;
}

/**
 * Returns the CIDR blocks of technicians or controllers in canonical notation.
 *
 * @param anywhere whether to accept blocks that are wider than the network of any single organization
 * @throws if a block is malformed, too wide or contained in another one
 */
export function originBlocks(cidrs: readonly string[], anywhere: boolean): string[] {
  const blocks = cidrs.map((text) => ({ text, cidr: parseCidr(text) }));
  const remedy = 'use the addresses that you connect from, such as "203.0.113.7/32", or set allowFromAnywhere: true';
  for (const { text } of blocks) throwProblem(anywhere ? undefined : breadthProblem(text, remedy));
  for (const [index, block] of blocks.entries()) throwProblem(overlapProblem(block, blocks.slice(0, index)));
  return blocks.map(({ cidr }) => formatCidr(cidr));
}

/** A block and the notation in which the user wrote it. */
interface Block {
  readonly text: string;
  readonly cidr: Cidr;
}

function overlapProblem(block: Block, earlier: readonly Block[]): string | undefined {
  for (const other of earlier) {
    const [outer, inner] = containsCidr(other.cidr, block.cidr) ? [other, block] : [block, other];
    if (!containsCidr(outer.cidr, inner.cidr)) continue;
    return containsCidr(inner.cidr, outer.cidr)
      ? `"${block.text}" is listed twice${block.text === other.text ? "" : ` (also as "${other.text}")`}: remove one of them`
      : `"${inner.text}" is part of "${outer.text}": remove one of them`;
  }
  return undefined;
}

function throwProblem(found: string | undefined): void {
  if (found !== undefined) throw new Error(found);
}
