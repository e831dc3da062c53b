import { sshAccessProblem, SshTexts } from "../../../lib/servers/ssh-access";

const problem = (more: Partial<SshTexts>): string | undefined =>
  sshAccessProblem({ host: "203.0.113.7", user: "root", ...more }, (text) => !text.startsWith("${TfToken"));

test.each(["root", "admin", "web-deploy", "svc_1", "first.last", "admin@example.com", "EXAMPLE\\admin"])(
  "the SSH user %s is accepted",
  (user) => {
    expect(problem({ user })).toBeUndefined();
  },
);

test.each(["", "-oProxyCommand=x", "a b", "root{{ x }}", "${file(1)}", "$(id)", "a\nb", "a;b", "admin\\"])(
  "the SSH user %j is rejected",
  (user) => {
    expect(problem({ user })).toBe(
      `user: "${user}" is not a user name: use one such as "admin", with letters, digits and "_.-@+\\" only`,
    );
  },
);

test.each([
  [{ host: "a b" }, /^host: "a b" is not an IP address or a host name/],
  [{ keyFile: "a\nb" }, /^keyFile: .* is not the path of a file/s],
  [{ knownHostsFile: 'a"b' }, /^knownHostsFile: .* is not the path of a file/],
  [{ jumpHost: "-x@host" }, /^jumpHost: "-x@host" is not a jump host/],
  [{ hostKeys: ["ssh-ed25519 AAAA\nhost"] }, /^hostKeys: .* is not a public host key/s],
  [{ hostKeyAlias: "a,b" }, /^hostKeyAlias: "a,b" is not a name in known_hosts files/],
])("%j is rejected", (more, message) => {
  expect(problem(more)).toMatch(message);
});

test("values that only Terraform knows are not checked", () => {
  expect(problem({ user: "${TfToken[TOKEN.1]}", keyFile: "${TfToken[TOKEN.2]}/id", host: "${TfToken[TOKEN.3]}" })).toBe(
    undefined,
  );
});
