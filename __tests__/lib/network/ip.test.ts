import fc from "fast-check";
import { formatIp, parseIp } from "../../../lib/network/ip";

const address = fc.oneof(
  fc.record({ value: fc.bigInt(0n, (1n << 32n) - 1n), bits: fc.constant(32) }),
  fc.record({ value: fc.bigInt(0n, (1n << 128n) - 1n), bits: fc.constant(128) }),
  // With many zeros, which is what the canonical notation is about.
  fc
    .array(fc.constantFrom(0n, 0n, 0n, 1n, 0xdb8n, 0xffffn), { minLength: 8, maxLength: 8 })
    .map((groups) => ({ value: groups.reduce<bigint>((sum, group) => (sum << 16n) + group, 0n), bits: 128 })),
);

test("an address is read back as it was written", () => {
  fc.assert(
    fc.property(address, (ip) => {
      expect(parseIp(formatIp(ip))).toEqual(ip);
    }),
  );
});

test("an IPv6 address is written as the URL standard does, whatever notation it was read in", () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const ip = parseIp(text);
      expect(ip && `[${formatIp(ip)}]`).toBe(new URL(`http://[${text}]`).hostname);
    }),
  );
});

test.each([
  ["::", 0n],
  ["::1", 1n],
  ["1::", 1n << 112n],
  ["::ffff:203.0.113.7", 0xffffcb007107n],
  ["0:0:0:0:0:FFFF:cb00:7107", 0xffffcb007107n],
])("%s is read", (text, value) => {
  expect(parseIp(text)).toEqual({ value, bits: 128 });
});

test.each(["", "hub", "203.0.113", "010.0.0.1", "fe80::1%eth0", "::1::", "1:2:3:4:5:6:7"])(
  "%j is no address",
  (text) => {
    expect(parseIp(text)).toBeUndefined();
  },
);
