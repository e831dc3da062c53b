import { jumpHostProblem, parseJumpHost } from "../../../lib/network/jump-host";

test.each([
  ["admin@203.0.113.7:2222", { user: "admin", host: "203.0.113.7", port: 2222 }],
  ["admin@bastion", { user: "admin", host: "bastion" }],
  ["bastion.example.com:22", { host: "bastion.example.com", port: 22 }],
  ["admin@[2001:db8::1]:22", { user: "admin", host: "2001:db8::1", port: 22 }],
  ["2001:db8::1", { host: "2001:db8::1" }],
])("parses %s", (text, parts) => {
  expect(parseJumpHost(text)).toEqual(parts);
  expect(jumpHostProblem(text)).toBeUndefined();
});

test.each([
  ["admin@", '"" is not an IP address or a host name'],
  ["a b@bastion", '"a b" is not a user name'],
  ["-oProxyCommand=x@bastion", "is not a user name"],
  ["bastion:99999", "99999 is not a port"],
  ["bastion:ssh", '"bastion:ssh" is not an IP address or a host name'],
  ["one,two", '"one,two" is not an IP address or a host name'],
  ["ssh://bastion", '"ssh://bastion" is not an IP address or a host name'],
])("rejects %s", (text, reason) => {
  expect(jumpHostProblem(text)).toContain(`"${text}" is not a jump host such as "admin@203.0.113.7:22": `);
  expect(jumpHostProblem(text)).toContain(reason);
});
