import { execFileSync } from "node:child_process";
import { TerraformStack, Testing } from "cdktf";
import {
  ExistingServer,
  ExistingServerProps,
  Grafana,
  LocalNetwork,
  LocalServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
  Transport,
} from "../../../constructs/index";
import { sshTunnel } from "../../../constructs/components/ssh-tunnel";
import { synth, Synthesized } from "../../support/synth";

const tunnel = (props: ExistingServerProps): string => {
  const stack = new TerraformStack(Testing.app(), "test");
  const monitoring = new Monitoring(stack, "monitoring", { technicians: [] });
  return sshTunnel(new ExistingServer(stack, "hub-server", props), monitoring, 9090);
};

/** The words that ssh gets when a shell runs the command. */
const words = (command: string): string[] =>
  execFileSync("sh", ["-c", `ssh() { printf '%s\\n' "$@"; }; ${command}`], {
    encoding: "utf8",
    env: { HOME: "/home/me" },
  })
    .trimEnd()
    .split("\n");

const HOST_KEY = "-o HostKeyAlias='hub@203.0.113.7:22#1' -o UserKnownHostsFile=.cdktf-monitoring/test/known_hosts";

test("forwards to the address on which the service listens, and checks the pinned host key", () => {
  expect(tunnel({ address: "203.0.113.7" })).toBe(`ssh -N -L 9090:localhost:9090 ${HOST_KEY} root@203.0.113.7`);
  expect(tunnel({ address: "203.0.113.7", bindAddress: "2001:db8::7", user: "admin" })).toBe(
    `ssh -N -L 9090:[2001:db8::7]:9090 ${HOST_KEY} admin@203.0.113.7`,
  );
});

test("checks the given host keys, and another alias after a rebuild", () => {
  const given = tunnel({ address: "203.0.113.7", generation: "2", hostKeys: ["ssh-ed25519 AAAA"] });
  expect(words(given)).toEqual(
    expect.arrayContaining([
      "HostKeyAlias=hub@203.0.113.7:22#2",
      "UserKnownHostsFile=.cdktf-monitoring/test/runs/firewall/known_hosts",
    ]),
  );
});

test("offers the key file to the server and its jump host, and no other key", () => {
  const found = words(
    tunnel({ address: "10.0.0.7", port: 2222, keyFile: "~/.ssh/id_ed25519", jumpHost: "admin@203.0.113.7:2022" }),
  );
  expect(found).toEqual(expect.arrayContaining(["-p", "2222", "IdentitiesOnly=yes", "/home/me/.ssh/id_ed25519"]));
  expect(found.at(-2)).toBe(
    "ProxyCommand=ssh -o UserKnownHostsFile=.cdktf-monitoring/test/known_hosts -o IdentitiesOnly=yes -i ~/.ssh/id_ed25519 -p 2022 -W [%h]:%p admin@203.0.113.7",
  );
  expect(tunnel({ address: "10.0.0.7", jumpHost: "admin@203.0.113.7" })).toContain(" -J admin@203.0.113.7 root@");
});

test.each(["~/my key's $(id)", "/srv/k;y ü", "keys/`x`"])("quotes the key file %s for the shell", (keyFile) => {
  expect(words(tunnel({ address: "203.0.113.7", keyFile }))).toContain(keyFile.replace(/^~/, "/home/me"));
});

test("lets Terraform quote a path that only Terraform knows", () => {
  const stack = synth((scope) => {
    const network = new LocalNetwork(scope, "network");
    const monitoring = new Monitoring(scope, "monitoring", { technicians: [] });
    const server = new LocalServer(scope, "hub-server", { network });
    const hub = new MonitoringHost(scope, "hub", { monitoring, server });
    new Prometheus(hub, "prometheus");
    new Grafana(hub, "grafana");
  });
  const { value } = (stack.json.output as Record<string, { readonly value: string }>).grafana_password_command ?? {};
  expect(value).toContain(`UserKnownHostsFile='"''\${replace(abspath(`);
  expect(value).toMatch(/ -i '\$\{replace\(abspath\(/);
});

test("is an output for a web UI on a public address (with a warning if there is no TLS) or behind a jump host", () => {
  const build = (props: ExistingServerProps, transport?: Transport): Synthesized =>
    synth((stack) => {
      const monitoring = new Monitoring(stack, "monitoring", { technicians: [], transport });
      const server = new ExistingServer(stack, "hub-server", props);
      new Prometheus(new MonitoringHost(stack, "hub", { monitoring, server }), "prometheus");
    });
  const found = ({ json, warnings }: Synthesized): unknown[] => ["prometheus_tunnel" in json.output, warnings.length];
  expect(found(build({ address: "203.0.113.7" }, Transport.mutualTls({ httpWebUis: true })))).toEqual([true, 1]);
  expect(found(build({ address: "203.0.113.7" }))).toEqual([true, 0]);
  expect(found(build({ address: "10.0.0.7", jumpHost: "admin@203.0.113.7" }))).toEqual([true, 0]);
  expect(found(build({ address: "10.0.0.7" }))).toEqual([false, 0]);
});
