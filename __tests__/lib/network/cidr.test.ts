import * as fc from "fast-check";
import { cidrProblem, Ipv4Block, isPrivateAddress } from "../../../lib/network/cidr";

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
const mapped = address.map((text) => `::ffff:${text}`);

describe("cidrProblem", () => {
  test.each(["203.0.113.7/32", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::1/128"])("accepts %s", (cidr) => {
    expect(cidrProblem(cidr)).toBeUndefined();
  });

  test.each([
    ["203.0.113.7", 'CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?'],
    ["2001:db8::1", 'CIDR mask is missing in "2001:db8::1": did you mean "2001:db8::1/128"?'],
    ["::ffff:203.0.113.7", 'CIDR mask is missing in "::ffff:203.0.113.7": did you mean "203.0.113.7/32"?'],
    ["999.1.1.1/24", '"999.1.1.1/24" is not a CIDR block such as "203.0.113.7/32"'],
    ["10.0.0.0/33", 'the mask of "10.0.0.0/33" must be a number from 0 to 32'],
    ["10.0.0.0/-1", 'the mask of "10.0.0.0/-1" must be a number from 0 to 32'],
    ["10.0.0.0/", 'the mask of "10.0.0.0/" must be a number from 0 to 32'],
    ["10.0.0.0/8/8", '"10.0.0.0/8/8" is not a CIDR block such as "203.0.113.7/32"'],
    ["10.0.0.5/24", '"10.0.0.5/24" has bits beyond its mask: did you mean "10.0.0.0/24"?'],
    ["2001:db8::5/64", '"2001:db8::5/64" has bits beyond its mask: did you mean "2001:db8::/64"?'],
    ["fe80::1%eth0/64", '"fe80::1%eth0/64" is not a CIDR block such as "203.0.113.7/32"'],
    [
      "::ffff:203.0.113.7/128",
      '"::ffff:203.0.113.7/128" is an IPv4 block in the notation of IPv6, which no firewall matches: did you mean "203.0.113.7/32"?',
    ],
    [
      "::ffff:cb00:7100/120",
      '"::ffff:cb00:7100/120" is an IPv4 block in the notation of IPv6, which no firewall matches: did you mean "203.0.113.0/24"?',
    ],
    ["", '"" is not a CIDR block such as "203.0.113.7/32"'],
  ])("says what is wrong with %j", (cidr, problem) => {
    expect(cidrProblem(cidr)).toBe(problem);
  });

  test("accepts what it suggests", () => {
    fc.assert(
      fc.property(fc.oneof(address, mapped, fc.ipV6()), fc.integer({ min: 0, max: 128 }), (host, mask) => {
        const cidr = `${host}/${host.includes(":") ? mask : mask % 33}`;
        const suggestion = /did you mean "(.*)"/.exec(cidrProblem(cidr) ?? "")?.[1];
        expect(suggestion === undefined ? undefined : cidrProblem(suggestion)).toBeUndefined();
      }),
    );
  });
});

describe("Ipv4Block", () => {
  test("counts its addresses from the first", () => {
    const block = new Ipv4Block("198.18.16.0/20");
    expect(block.size).toBe(4096);
    expect(block.address(0)).toBe("198.18.16.0");
    expect(block.address(257)).toBe("198.18.17.1");
    expect(block.address(4095)).toBe("198.18.31.255");
    expect(() => block.address(4096)).toThrow("198.18.16.0/20 has no address number 4096");
  });

  test("finds each of its addresses again, and no other", () => {
    const block = new Ipv4Block("198.18.16.0/20");
    fc.assert(
      fc.property(address, (other) => {
        const offset = block.offsetOf(other);
        expect(
          offset === undefined
            ? other.startsWith("198.18.") && Number(other.split(".")[2]) >> 4 === 1
            : block.address(offset) === other,
        ).toBe(offset !== undefined);
      }),
    );
    fc.assert(fc.property(fc.nat(4095), (offset) => block.offsetOf(block.address(offset)) === offset));
  });

  test("refuses what is no IPv4 block", () => {
    expect(() => new Ipv4Block("2001:db8::/32")).toThrow('"2001:db8::/32" is not an IPv4 block');
    expect(() => new Ipv4Block("198.18.0.0")).toThrow("CIDR mask is missing");
  });
});

test("a block is divided into smaller ones", () => {
  const block = new Ipv4Block("10.72.0.0/16");
  expect([0, 1, 15].map((index) => block.subnet(4, index))).toEqual([
    "10.72.0.0/20",
    "10.72.16.0/20",
    "10.72.240.0/20",
  ]);
  expect(() => block.subnet(4, 16)).toThrow("10.72.0.0/16 has no block number 16 of 4 more bits");
  expect(() => block.subnet(17, 0)).toThrow("has no block number 0 of 17 more bits");
});

test.each([
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "127.0.0.1",
  "198.18.0.1",
  "::1",
  "fd00::1",
  "fe80::1",
])("%s is reached from its own network only", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(["203.0.113.7", "172.32.0.1", "11.0.0.1", "2001:db8::1", "app.example.com"])(
  "%s may be anybody's",
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);
