import fc from "fast-check";
import { fromByteArray } from "ipaddr.js";
import { BlockList } from "node:net";
import { canonicalCidr, originBlocks } from "../../../lib/access/origins";
import { addressBits, Ip, networkAddress } from "../../../lib/network/ip";

/** A block that is valid as it stands. */
interface Block {
  readonly ip: Ip;
  readonly mask: number;
}
const blockOf = (ip: Ip, mask: number): Block => ({ ip: networkAddress(ip, mask), mask });

const address: fc.Arbitrary<Ip> = fc
  .oneof(
    fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
    // An address that begins with zeros may be an IPv4-mapped one.
    fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.array(fc.nat(255), { minLength: 15, maxLength: 15 }))
      .map(([first, rest]) => [first, ...rest]),
  )
  .map(fromByteArray);
const block = address.chain((ip) => fc.nat(addressBits(ip)).map((mask) => blockOf(ip, mask)));
/** Pairs of blocks, of which many overlap. */
const pair = block.chain((outer) =>
  fc.record({
    outer: fc.constant(outer),
    inner: fc.oneof(
      block,
      fc.nat(addressBits(outer.ip)).map((mask) => blockOf(outer.ip, mask)),
    ),
  }),
);
const text = ({ ip, mask }: Block): string => `${ip.toString()}/${mask}`;

/** Whether one of two blocks contains the other, as Node's own block list finds. */
function overlap(one: Block, other: Block): boolean {
  const holds = (outer: Block, inner: Block): boolean => {
    const list = new BlockList();
    list.addSubnet(outer.ip.toString(), outer.mask, outer.ip.kind());
    return list.check(inner.ip.toString(), inner.ip.kind());
  };
  return one.ip.kind() === other.ip.kind() && (holds(one, other) || holds(other, one));
}

test("canonicalCidr keeps a canonical block and lowers its case", () => {
  fc.assert(
    fc.property(block, (any) => {
      expect(canonicalCidr(text(any))).toBe(text(any));
      expect(canonicalCidr(text(any).toUpperCase())).toBe(text(any));
    }),
  );
});

test("originBlocks accepts blocks that do not overlap", () => {
  const apart = ["203.0.113.7/32", "203.0.113.8/32", "10.0.0.0/8", "2001:db8::/48", "2001:DB8:1::0/48"];
  expect(originBlocks(apart, false)).toEqual([...apart.slice(0, 4), "2001:db8:1::/48"]);
  expect(originBlocks(["0.0.0.0/0", "::/0"], true)).toEqual(["0.0.0.0/0", "::/0"]);
});

test("originBlocks rejects blocks that overlap, in any order", () => {
  fc.assert(
    fc.property(pair, fc.boolean(), ({ outer, inner }, swapped) => {
      const both = swapped ? [text(inner), text(outer)] : [text(outer), text(inner)];
      let refused = false;
      try {
        originBlocks(both, true);
      } catch {
        refused = true;
      }
      expect(refused).toBe(overlap(outer, inner));
    }),
  );
});

const REMEDY = 'use the addresses that you connect from, such as "203.0.113.7/32", or set allowFromAnywhere: true';

test.each([
  [["0.0.0.0/0"], `"0.0.0.0/0" is wider than the network of any single organization (/8): ${REMEDY}`],
  [["128.0.0.0/7"], `"128.0.0.0/7" is wider than the network of any single organization (/8): ${REMEDY}`],
  [["::/0"], `"::/0" is wider than the network of any single organization (/16): ${REMEDY}`],
  [["203.0.113.7/32", "203.0.113.7/32"], '"203.0.113.7/32" is listed twice: remove one of them'],
  [
    ["2001:db8::/48", "2001:DB8:0::/48"],
    '"2001:DB8:0::/48" is listed twice (also as "2001:db8::/48"): remove one of them',
  ],
  [["203.0.113.7/32", "203.0.113.0/24"], '"203.0.113.7/32" is part of "203.0.113.0/24": remove one of them'],
  [["203.0.113.7"], 'CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?'],
])("originBlocks rejects %j", (cidrs, message) => {
  expect(() => originBlocks(cidrs, false)).toThrow(new Error(message));
});
