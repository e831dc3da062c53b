import fc from "fast-check";
import { BlockList } from "node:net";
import { formatIp, Ip, networkOf } from "../../../lib/network/ip";
import { canonicalCidr, originBlocks } from "../../../lib/access/origins";

const address: fc.Arbitrary<Ip> = fc.oneof(
  fc.record({ value: fc.bigInt(0n, (1n << 32n) - 1n), bits: fc.constant(32) }),
  // What begins with zeros may stand for an IPv4 address.
  fc.record({ value: fc.bigInt(1n << 120n, (1n << 128n) - 1n), bits: fc.constant(128) }),
);
const block = address.chain((ip) =>
  fc.integer({ min: 0, max: ip.bits }).map((mask) => ({ ip: networkOf(ip, mask), mask })),
);
/** Pairs of blocks, of which many have to do with each other. */
const pair = block.chain((outer) =>
  fc.record({
    outer: fc.constant(outer),
    inner: fc.oneof(
      block,
      fc.integer({ min: 0, max: outer.ip.bits }).map((mask) => ({ ip: networkOf(outer.ip, mask), mask })),
    ),
  }),
);
interface Block {
  readonly ip: Ip;
  readonly mask: number;
}
const text = ({ ip, mask }: Block): string => `${formatIp(ip)}/${mask}`;

/** Whether one block holds the other, or the other it, as Node's own list finds. */
function overlap(one: Block, other: Block): boolean {
  const family = (ip: Ip): "ipv4" | "ipv6" => (ip.bits === 32 ? "ipv4" : "ipv6");
  const holds = (outer: Block, inner: Block): boolean => {
    const list = new BlockList();
    list.addSubnet(formatIp(outer.ip), outer.mask, family(outer.ip));
    return list.check(formatIp(inner.ip), family(inner.ip));
  };
  return one.ip.bits === other.ip.bits && (holds(one, other) || holds(other, one));
}

test("a canonical block stays as it is, and means the same", () => {
  fc.assert(
    fc.property(block, (any) => {
      expect(canonicalCidr(text(any))).toBe(text(any));
      expect(canonicalCidr(text(any).toUpperCase())).toBe(text(any));
    }),
  );
});

test("blocks are accepted when none has to do with another", () => {
  const apart = ["203.0.113.7/32", "203.0.113.8/32", "10.0.0.0/8", "2001:db8::/48", "2001:DB8:1::0/48"];
  expect(originBlocks(apart, false)).toEqual([...apart.slice(0, 4), "2001:db8:1::/48"]);
  expect(originBlocks(["0.0.0.0/0", "::/0"], true)).toEqual(["0.0.0.0/0", "::/0"]);
});

test("blocks that overlap are refused in any order", () => {
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

const EVERYBODY =
  'so it lets in everybody: name the addresses that you come from, such as "203.0.113.7/32", or set allowFromAnywhere: true';

test.each([
  [["0.0.0.0/0"], `"0.0.0.0/0" is wider than any block that somebody was assigned (/8), ${EVERYBODY}`],
  [["128.0.0.0/7"], `"128.0.0.0/7" is wider than any block that somebody was assigned (/8), ${EVERYBODY}`],
  [["::/0"], `"::/0" is wider than any block that somebody was assigned (/16), ${EVERYBODY}`],
  [["203.0.113.7/32", "203.0.113.7/32"], '"203.0.113.7/32" is there twice: remove one of them'],
  [
    ["2001:db8::/48", "2001:DB8:0::/48"],
    '"2001:DB8:0::/48" is there twice (as "2001:db8::/48" too): remove one of them',
  ],
  [
    ["203.0.113.7/32", "203.0.113.0/24"],
    '"203.0.113.7/32" is part of "203.0.113.0/24": remove the one that says more than you mean',
  ],
  [["203.0.113.7"], 'CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?'],
])("%j are refused", (cidrs, message) => {
  expect(() => originBlocks(cidrs, false)).toThrow(new Error(message));
});
