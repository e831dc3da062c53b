import { Peer, Port } from "../../../lib/access/peer";

test("Peer holds a block in canonical notation", () => {
  expect(Peer.ipv4("203.0.113.0/24").cidr).toBe("203.0.113.0/24");
  expect(Peer.ipv6("2001:DB8:0::/48").cidr).toBe("2001:db8::/48");
  expect(Peer.anyIpv4().cidr).toBe("0.0.0.0/0");
  expect(Peer.anyIpv6().cidr).toBe("::/0");
});

test.each([
  ["2001:db8::/48", '"2001:db8::/48" is not an IPv4 block: use Peer.ipv6()'],
  ["203.0.113.7/24", 'did you mean "203.0.113.0/24"?'],
  ["0.0.0.0/0", "use Peer.anyIpv4() to allow every IPv4 address"],
])("Peer.ipv4 rejects %s", (cidr, message) => {
  expect(() => Peer.ipv4(cidr)).toThrow(message);
});

test.each([
  ["203.0.113.7/32", '"203.0.113.7/32" is not an IPv6 block: use Peer.ipv4()'],
  ["::ffff:203.0.113.7/128", 'did you mean "203.0.113.7/32"?'],
  ["8000::/1", "use Peer.anyIpv6() to allow every IPv6 address"],
])("Peer.ipv6 rejects %s", (cidr, message) => {
  expect(() => Peer.ipv6(cidr)).toThrow(message);
});

test.each([0, 65536, 1.5])("Port.tcp rejects %d", (port) => {
  expect(() => Port.tcp(port)).toThrow(`${port} is not a port: use a whole number from 1 to 65535`);
});
