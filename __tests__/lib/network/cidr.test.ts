import * as fc from "fast-check";
import { cidrProblem, isPrivateAddress } from "../../../lib/network/cidr";

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
      '"::ffff:203.0.113.7/128" is an IPv4 block in IPv6 notation, which firewalls do not match: did you mean "203.0.113.7/32"?',
    ],
    [
      "::ffff:cb00:7100/120",
      '"::ffff:cb00:7100/120" is an IPv4 block in IPv6 notation, which firewalls do not match: did you mean "203.0.113.0/24"?',
    ],
    ["", '"" is not a CIDR block such as "203.0.113.7/32"'],
  ])("rejects %j", (cidr, problem) => {
    expect(cidrProblem(cidr)).toBe(problem);
  });

  test("accepts its own suggestion", () => {
    fc.assert(
      fc.property(fc.oneof(address, mapped, fc.ipV6()), fc.integer({ min: 0, max: 128 }), (host, mask) => {
        const cidr = `${host}/${host.includes(":") ? mask : mask % 33}`;
        const suggestion = /did you mean "(.*)"/.exec(cidrProblem(cidr) ?? "")?.[1];
        expect(suggestion === undefined ? undefined : cidrProblem(suggestion)).toBeUndefined();
      }),
    );
  });
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
])("isPrivateAddress is true for %s", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(["203.0.113.7", "172.32.0.1", "11.0.0.1", "198.20.0.0", "2001:db8::1", "app.example.com"])(
  "isPrivateAddress is false for %s",
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);
