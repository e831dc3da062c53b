import { Fn, TerraformStack, Testing, Token } from "cdktf";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  Architecture,
  ExistingNetwork,
  ExistingServer,
  ExistingServerProps,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  MonitoringProps,
  OnLeave,
  Prometheus,
} from "../../../../constructs/index";
import { synth, Synthesized } from "../../../support/synth";

const stack = (): TerraformStack => new TerraformStack(Testing.app(), "test");
const server = (props: Partial<ExistingServerProps> = {}, id = "app-server"): ExistingServer =>
  new ExistingServer(stack(), id, { address: "203.0.113.7", ...props });

/** A stack whose hub is an existing server. */
function synthHub(props: Partial<ExistingServerProps>, monitoring: Partial<MonitoringProps> = {}): Synthesized {
  return synth((scope) => {
    const host = new MonitoringHost(scope, "hub", {
      monitoring: new Monitoring(scope, "monitoring", { technicians: [], ...monitoring }),
      server: new ExistingServer(scope, "hub-server", { address: "203.0.113.7", ...props }),
    });
    new Prometheus(host, "prometheus");
  });
}

describe("ExistingServer", () => {
  test("needs only an address", () => {
    const app = server();
    expect(app).toMatchObject({
      name: "app",
      id: "app@203.0.113.7:22",
      generation: "1",
      address: "203.0.113.7",
      publicAddress: "203.0.113.7",
      bindAddress: "",
      architecture: Architecture.AMD64,
      onLeave: OnLeave.UNINSTALL,
    });
    expect(app.ssh).toMatchObject({
      host: "203.0.113.7",
      port: 22,
      user: "root",
      hostKeyAlias: "app@203.0.113.7:22#1",
    });
    expect(app.network).toBe(app);
    expect(app.endpoint(9090)).toBe("203.0.113.7:9090");
    expect(server({ address: "2001:db8::7" }).endpoint(9090)).toBe("[2001:db8::7]:9090");
  });

  test("has a private address in its network, and a public one for other networks", () => {
    const scope = stack();
    const network = new ExistingNetwork(scope, "lan");
    const props = { address: "203.0.113.7", network, privateAddress: "10.0.0.7" };
    const app = new ExistingServer(scope, "app-server", props);
    expect(app).toMatchObject({ address: "10.0.0.7", publicAddress: "203.0.113.7", network: { name: "lan" } });
    expect(app.ssh.host).toBe("203.0.113.7");
  });

  test("has no public address behind a jump host by default", () => {
    const jumpHost = "admin@203.0.113.1";
    expect(server({ jumpHost, address: "10.0.0.7" }).publicAddress).toBeUndefined();
    expect(server({ jumpHost, address: "10.0.0.7", publicAddress: "203.0.113.7" }).publicAddress).toBe("203.0.113.7");
  });

  test("counts as reinstalled if the generation changes, but not if the SSH access changes", () => {
    const before = server();
    const after = server({ generation: "2" });
    expect(after.ssh.hostKeyAlias).not.toBe(before.ssh.hostKeyAlias);
    const consumed = (props: Partial<ExistingServerProps>): unknown => synthHub(props).consumed("node_exporter", "hub");
    expect(consumed({ generation: "2" })).not.toEqual(consumed({}));
    expect(consumed({ jumpHost: "bastion", user: "admin", publicAddress: "203.0.113.7" })).toEqual(consumed({}));
  });

  test.each<[Partial<ExistingServerProps>, string]>([
    [{ name: "app_1" }, '"app_1" is not a valid server name'],
    [{ address: "root@203.0.113.7" }, 'address: "root@203.0.113.7" is not an IP address or a host name'],
    [{ publicAddress: "203.0.113.7/32" }, 'publicAddress: "203.0.113.7/32" is not an IP address or a host name'],
    [{ bindAddress: "*" }, 'bindAddress: "*" is not an IP address or a host name'],
    [{ port: 0 }, "port: 0 is not a port"],
    [{ jumpHost: "admin@bastion:port" }, 'jumpHost: "admin@bastion:port" is not a jump host'],
    [{ generation: "a b" }, 'generation: "a b" is not valid: use letters'],
    [{ hostKeys: ["app ssh-ed25519 AAAA"] }, 'hostKeys: "app ssh-ed25519 AAAA" is not a public host key'],
    [{ privateAddress: "10.0.0.7" }, "privateAddress: 10.0.0.7 is used only within a network: set network to"],
  ])("rejects %j", (props, message) => {
    expect(() => server(props)).toThrow(`test/app-server: ${message}`);
  });

  test("accepts tokens", () => {
    const found = Fn.join(".", ["203", "0.113.7"]);
    expect(() =>
      server({ address: found, port: Token.asNumber("${var.port}"), jumpHost: `admin@${found}` }),
    ).not.toThrow();
  });
});

describe("the key file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "existing-server-"));
    writeFileSync(join(folder, "open"), "key");
    chmodSync(join(folder, "open"), 0o644);
    writeFileSync(join(folder, "closed"), "key", { mode: 0o600 });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("is rejected at synthesis if SSH could not use it", () => {
    expect(() => synthHub({ keyFile: "~/no/such/key" })).toThrow(
      /\[test\/hub-server\] keyFile: the file \/.*\/no\/such\/key does not exist/,
    );
    expect(() => synthHub({ keyFile: join(folder, "open") })).toThrow(
      "[test/hub-server] keyFile: other users may read",
    );
  });

  test("is not checked if nothing is deployed or if it is a token", () => {
    expect(() => synthHub({ keyFile: "/no/such/key" }, { provision: false })).not.toThrow();
    expect(() => synthHub({ keyFile: Fn.abspath("no/such/key") })).not.toThrow();
  });

  test("is unchanged in the inventory", () => {
    const keyFile = join(folder, "..", basename(folder), "closed");
    expect(synthHub({ keyFile }).inventory.all.hosts.hub).toMatchObject({ ansible_ssh_private_key_file: keyFile });
  });
});

describe("host names", () => {
  const names = (props: Partial<ExistingServerProps>): ReturnType<Synthesized["nullResource"]> =>
    synthHub(props).nullResource("test/monitoring/names");

  test("are resolved before any run", () => {
    const found = names({ address: "hub.example.com" });
    expect(found.for_each).toEqual({ all: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(found.triggers).toEqual({ names: "${each.value}" });
    expect(found.provisioner?.[0]?.["local-exec"]).toMatchObject({
      command: expect.stringMatching(/^exec python3 -E -s -B -X utf8 assets\/\S+\/names\.py$/) as string,
      environment: { MONITORING_NAMES: '[{"name":"hub.example.com","where":"test/hub-server: address"}]' },
    });
  });

  test("are those of jump hosts, which resolve the name of the server", () => {
    const { environment } =
      names({ address: "hub.lan", jumpHost: "admin@bastion:2222" }).provisioner?.[0]?.["local-exec"] ?? {};
    expect(environment).toEqual({ MONITORING_NAMES: '[{"name":"bastion","where":"test/hub-server: jumpHost"}]' });
  });

  test("are not resolved if there are none, or if they are tokens", () => {
    expect(names({}).for_each).toEqual({});
    expect(names({ address: Fn.join(".", ["hub", "example"]) }).for_each).toEqual({});
  });
});

test("servers without a common network connect to each other's public addresses", () => {
  const { hosts } = synth((scope) => {
    const monitoring = new Monitoring(scope, "monitoring", { technicians: [] });
    const member = { monitoring };
    const hub = new ExistingServer(scope, "hub-server", { address: "203.0.113.1" });
    new Prometheus(new MonitoringHost(scope, "hub", { ...member, server: hub }), "prometheus");
    const app = new ExistingServer(scope, "app-server", { address: "203.0.113.7" });
    new MonitoredServer(scope, "app", { ...member, server: app });
  }).run("prometheus");
  expect(JSON.stringify(hosts.hub?.prometheus_targets)).toContain('"203.0.113.7:9100"');
});
