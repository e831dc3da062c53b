import { TerraformStack, Testing } from "cdktf";
import { ExistingServer, ExistingServerProps, Monitoring, MonitoringHost, Prometheus } from "../../../constructs/index";
import { sshTunnel } from "../../../constructs/components/ssh-tunnel";
import { synth, Synthesized } from "../../support/synth";

const tunnel = (props: ExistingServerProps): string =>
  sshTunnel(new ExistingServer(new TerraformStack(Testing.app(), "test"), "hub-server", props), 9090);

test("forwards to the address on which the service listens", () => {
  expect(tunnel({ address: "203.0.113.7" })).toBe("ssh -N -L 9090:localhost:9090 root@203.0.113.7");
  expect(tunnel({ address: "203.0.113.7", bindAddress: "2001:db8::7", user: "admin" })).toBe(
    "ssh -N -L 9090:[2001:db8::7]:9090 admin@203.0.113.7",
  );
});

test("uses the same SSH settings as Ansible", () => {
  expect(tunnel({ address: "10.0.0.7", port: 2222, keyFile: "~/.ssh/id_ed25519", jumpHost: "admin@203.0.113.7" })).toBe(
    "ssh -N -L 9090:localhost:9090 -p 2222 -i ~/.ssh/id_ed25519 -J admin@203.0.113.7 root@10.0.0.7",
  );
});

test("is an output for a web UI on a public address (with a warning) or behind a jump host (without)", () => {
  const build = (props: ExistingServerProps): Synthesized =>
    synth((stack) => {
      const monitoring = new Monitoring(stack, "monitoring", { technicians: [] });
      const server = new ExistingServer(stack, "hub-server", props);
      new Prometheus(new MonitoringHost(stack, "hub", { monitoring, server }), "prometheus");
    });
  const found = ({ json, warnings }: Synthesized): unknown[] => ["prometheus_tunnel" in json.output, warnings.length];
  expect(found(build({ address: "203.0.113.7" }))).toEqual([true, 1]);
  expect(found(build({ address: "10.0.0.7", jumpHost: "admin@203.0.113.7" }))).toEqual([true, 0]);
  expect(found(build({ address: "10.0.0.7" }))).toEqual([false, 0]);
});
