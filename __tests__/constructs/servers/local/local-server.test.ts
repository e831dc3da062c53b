import { TerraformStack, Testing } from "cdktf";
import { LocalNetwork, LocalNetworkProps, LocalServer, LocalServerProps } from "../../../../constructs/index";
import { synth } from "../../../support/synth";

const network = (props: LocalNetworkProps = {}): LocalNetwork =>
  new LocalNetwork(new TerraformStack(Testing.app(), "test"), "network", props);
const server = (
  props: Partial<LocalServerProps> = {},
  id = "app-server",
  networkProps: LocalNetworkProps = { published: false },
): LocalServer => {
  const scope = network(networkProps);
  return new LocalServer(scope, id, { network: scope, ...props });
};

describe("LocalServer", () => {
  test("has the name of its construct, and the name of its container as host key alias", () => {
    const { name, container, ssh } = server();
    expect({ name, container }).toEqual({ name: "app", container: "test-app" });
    expect(ssh).toMatchObject({ host: server().address, user: "root", hostKeyAlias: "test-app" });
  });

  test("is reached at its address and listens on it", () => {
    const app = server({ address: "198.18.0.9" });
    expect(app.bindAddress).toBe("198.18.0.9");
    expect(app.endpoint(9090)).toBe("198.18.0.9:9090");
  });

  test("is reached at published ports if the network publishes ports", () => {
    const app = server({ publish: [9090] }, "app-server", { published: true });
    expect(app.bindAddress).toBe("");
    expect(app.ssh.host).toBe("127.0.0.1");
    expect(app.ssh.port).toBeGreaterThanOrEqual(20_000);
    expect(app.endpoint(9090)).toMatch(/^127\.0\.0\.1:[2-5]\d{4}$/);
    expect(app.endpoint(9090)).not.toBe(`127.0.0.1:${String(app.ssh.port)}`);
  });

  test.each<[Partial<LocalServerProps>, string]>([
    [{ name: "app_1" }, 'test/network/app-server: "app_1" is not a valid server name'],
    [{ address: "10.0.0.1" }, "test/network/app-server: the address 10.0.0.1 is outside 198.18.0.0/20"],
  ])("rejects %j", (props, message) => {
    expect(() => server(props)).toThrow(message);
  });
});

describe("LocalNetwork", () => {
  test("has the address of this machine as gateway", () => {
    expect(network().gateway).toBe("198.18.0.1/32");
    expect(network({ subnet: "198.18.16.0/24" }).gateway).toBe("198.18.16.1/32");
  });

  test.each<[LocalNetworkProps, string]>([
    [{ subnet: "198.18.0.0" }, 'test/network: subnet: CIDR mask is missing in "198.18.0.0"'],
    [
      { subnet: "198.18.0.0/30" },
      'test/network: subnet: "198.18.0.0/30" is too small: use a /29 block or a larger one',
    ],
    [{ debian: "11" }, 'test/network: debian: "11" is not available: use "12" or "13"'],
    [{ prefix: "My_Net" }, 'test/network: the prefix "My_Net" is not valid: use lower-case letters'],
  ])("rejects %j", (props, message) => {
    expect(() => network(props)).toThrow(message);
  });

  test("rejects a second server of the same name and a second network with the same prefix", () => {
    const scope = new TerraformStack(Testing.app(), "test");
    const first = new LocalNetwork(scope, "network", { published: false });
    new LocalServer(scope, "app-server", { network: first });
    expect(() => new LocalServer(scope, "other", { network: first, name: "app" })).toThrow(
      'test/other: the network has another server "app": rename one of them',
    );
    expect(() => new LocalNetwork(scope, "second")).toThrow(
      'test/second: the prefix "test" is also used by test/network: set another prefix on one of them',
    );
  });

  const stack = synth((scope) => {
    const local = new LocalNetwork(scope, "network", {
      prefix: "demo",
      dockerHost: "unix:///own.sock",
      published: false,
    });
    new LocalServer(scope, "app-server", { network: local, address: "198.18.0.9" });
  });

  test("creates a server after its removal resource, so that a server that leaves the stack is removed", () => {
    const removal = stack.nullResource("test/network/removal");
    expect(removal.for_each).toEqual({
      app: { LOCAL_SERVER: '{"network":"demo","container":"demo-app","name":"app"}', DOCKER_HOST: "unix:///own.sock" },
    });
    expect(removal.lifecycle).toEqual({ ignore_changes: ['triggers["DOCKER_HOST"]'] });
    expect(removal.provisioner?.map((provisioner) => provisioner["local-exec"].when)).toEqual(["destroy"]);
    const created = stack.nullResource("test/network/server");
    expect(created.triggers).toMatch(
      /^\$\{merge\(each\.value, \{"removal" = local\.network_removals_\w+\[each\.key\], "network" = null_resource\.network_\w+\.id\}\)\}$/,
    );
    expect(created.provisioner?.[0]?.["local-exec"].command).toMatch(/containers\.py server create$/);
  });

  test.each([
    [undefined, undefined],
    ["12", undefined],
    ["13", "13"],
  ])("replaces no server for the default release of Debian: %j", (debian, passed) => {
    const { for_each: servers } = synth((scope) => {
      const local = new LocalNetwork(scope, "network", { debian, published: false });
      new LocalServer(scope, "app-server", { network: local });
    }).nullResource("test/network/server");
    const { app } = servers as { readonly app: { readonly LOCAL_SERVER: string } };
    const { debian: release } = JSON.parse(app.LOCAL_SERVER) as { readonly debian?: string };
    expect(release).toBe(passed);
  });

  test("passes settings to its provisioners in triggers, which a destroy provisioner can read", () => {
    for (const path of ["test/network/Resource", "test/network/removal", "test/network/server"]) {
      for (const provisioner of stack.nullResource(path).provisioner ?? []) {
        expect(provisioner["local-exec"].environment).toEqual({
          MONITORING_STATE: "../../../.cdktf-monitoring/test",
          DOCKER_HOST: '${lookup(self.triggers, "DOCKER_HOST", "")}',
          LOCAL_NETWORK: '${lookup(self.triggers, "LOCAL_NETWORK", "")}',
          LOCAL_SERVER: '${lookup(self.triggers, "LOCAL_SERVER", "")}',
        });
      }
    }
  });
});
