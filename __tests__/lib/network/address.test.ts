import { addressProblem, isHostName, sshPortProblem } from "../../../lib/network/address";

test.each(["203.0.113.7", "2001:db8::1", "app", "app-1.example.com", "host_1.lan"])(
  "accepts %s as an address",
  (address) => {
    expect(addressProblem(address)).toBeUndefined();
  },
);

test.each([
  "",
  "root@203.0.113.7",
  "203.0.113.7:22",
  "203.0.113.0/24",
  "https://app",
  "999.1.1.1",
  "-app",
  "a..b",
  "[::1]",
])('rejects "%s" as an address', (address) => {
  expect(addressProblem(address)).toContain(`"${address}" is not an IP address or a host name: use one such as`);
});

test("isHostName is true for a name only", () => {
  expect(["app.example.com", "203.0.113.7", "2001:db8::1"].map(isHostName)).toEqual([true, false, false]);
});

test.each([0, 65536, 22.5, NaN])("rejects the port %d", (port) => {
  expect(sshPortProblem(port)).toBe(`${port} is not a port: use a whole number from 1 to 65535`);
});
