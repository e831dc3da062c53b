import * as fc from "fast-check";
import { Ipv4Block } from "../../../lib/network/ipv4-block";

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));

describe("Ipv4Block", () => {
  test("returns its addresses by offset", () => {
    const block = new Ipv4Block("198.18.16.0/20");
    expect(block.size).toBe(4096);
    expect(block.address(0)).toBe("198.18.16.0");
    expect(block.address(257)).toBe("198.18.17.1");
    expect(block.address(4095)).toBe("198.18.31.255");
    expect(() => block.address(4096)).toThrow("198.18.16.0/20 has no address 4096: use an offset from 0 to 4095");
  });

  test("finds the offset of each of its addresses, and of no other", () => {
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

  test("rejects a block that is not IPv4", () => {
    expect(() => new Ipv4Block("2001:db8::/32")).toThrow('"2001:db8::/32" is not an IPv4 block');
    expect(() => new Ipv4Block("198.18.0.0")).toThrow("CIDR mask is missing");
  });
});

test("Ipv4Block divides into smaller blocks", () => {
  const block = new Ipv4Block("10.72.0.0/16");
  expect([0, 1, 15].map((index) => block.subnet(4, index))).toEqual([
    "10.72.0.0/20",
    "10.72.16.0/20",
    "10.72.240.0/20",
  ]);
  expect(() => block.subnet(4, 16)).toThrow("10.72.0.0/16 has no subnet 16 with the mask /20");
  expect(() => block.subnet(17, 0)).toThrow("has no subnet 0 with the mask /33");
});
