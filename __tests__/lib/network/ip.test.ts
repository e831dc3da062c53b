import fc from "fast-check";
import { addressBits, networkAddress, parseIp } from "../../../lib/network/ip";

/** IPv6 addresses as eight groups with many zeros, which the canonical notation shortens. */
const groups = fc.array(fc.constantFrom(0, 0, 0, 1, 0xdb8, 0xffff), { minLength: 8, maxLength: 8 });
const ipv6 = fc.oneof(
  fc.ipV6(),
  groups.map((parts) => parts.map((part) => part.toString(16)).join(":")),
);

describe("parseIp", () => {
  test("reads any IPv4 address and writes it unchanged", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parseIp(text)?.toString()).toBe(text);
      }),
    );
  });

  test("reads an IPv6 address in any notation and writes the canonical one of the URL standard", () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const canonical = parseIp(text)?.toString();
        expect(`[${String(canonical)}]`).toBe(new URL(`http://[${text}]`).hostname);
        expect(parseIp(canonical ?? "")?.toString()).toBe(canonical);
      }),
    );
  });

  test.each([
    ["::", Array<number>(8).fill(0)],
    ["::1", [0, 0, 0, 0, 0, 0, 0, 1]],
    ["1::", [1, 0, 0, 0, 0, 0, 0, 0]],
    ["::203.0.113.7", [0, 0, 0, 0, 0, 0, 0xcb00, 0x7107]],
    ["::7", [0, 0, 0, 0, 0, 0, 0, 7]],
    ["::ffff:203.0.113.7", [0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7107]],
    ["0:0:0:0:0:FFFF:cb00:7107", [0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7107]],
  ])("reads %s", (text, parts) => {
    expect(parseIp(text)).toMatchObject({ parts });
  });

  test.each([
    ...["", "hub", "203.0.113", "10.1", "10", "0x0a.0.0.1", "010.0.0.1", "0x0a000001", "256.0.0.1"],
    ...["fe80::1%eth0", "::1::", "1:2:3:4:5:6:7", "::ffff:010.0.0.1", "::12345"],
  ])("rejects %j", (text) => {
    expect(parseIp(text)).toBeUndefined();
  });
});

test("networkAddress clears the bits beyond the mask, and no others", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), ipv6), fc.nat(128), (text, length) => {
      const ip = parseIp(text);
      if (!ip) throw new Error(`${text} is not an address`);
      const mask = length % (addressBits(ip) + 1);
      const bits = (of: typeof ip): string =>
        of
          .toByteArray()
          .map((byte) => byte.toString(2).padStart(8, "0"))
          .join("");
      expect(bits(networkAddress(ip, mask))).toBe(bits(ip).slice(0, mask).padEnd(addressBits(ip), "0"));
    }),
  );
});
