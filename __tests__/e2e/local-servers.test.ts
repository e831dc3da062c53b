import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type RunResult } from "../../tools/cli/process";
import { ensureEngine, stopIdleEngine } from "../../tools/local/engine";
import { removeLeftovers } from "../support/leftovers";
import { until } from "../support/wait";

const script = join(__dirname, "../../constructs/servers/local/scripts/containers.py");
const network = { name: "e2e-ls-network", subnet: "198.18.224.0/20", gateway: "198.18.224.1" };
const servers = {
  one: {
    network: network.name,
    container: "e2e-ls-one",
    name: "one",
    address: "198.18.224.11",
    publish: { "22": 22411 },
  },
  two: { network: network.name, container: "e2e-ls-two", name: "two", address: "198.18.224.12" },
};
type Server = (typeof servers)[keyof typeof servers];

const folder = mkdtempSync(join(tmpdir(), "e2e-ls-"));
const state = join(folder, "mine");
let dockerHost: Record<string, string> = {};
let startedHere = false;

async function docker(...args: string[]): Promise<string> {
  const result = await run("docker", args, { environment: dockerHost });
  if (result.code !== 0) throw new Error(`docker ${args.join(" ")}: ${result.stderr}`);
  return result.stdout.trim();
}

async function containers(args: string, environment: Record<string, string> = {}): Promise<RunResult> {
  return run("python3", [script, ...args.split(" ")], {
    environment: { ...dockerHost, MONITORING_STATE: state, LOCAL_NETWORK: JSON.stringify(network), ...environment },
  });
}

async function server(verb: string, which: object, environment: Record<string, string> = {}): Promise<RunResult> {
  return containers(`server ${verb}`, { LOCAL_SERVER: JSON.stringify(which), ...environment });
}

async function ssh(which: Server, command: string, ...options: string[]): Promise<RunResult> {
  const settings = [
    "BatchMode=yes",
    "IdentityAgent=none",
    "StrictHostKeyChecking=yes",
    "ConnectTimeout=10",
    `UserKnownHostsFile=${join(state, "known_hosts.d", which.container)}`,
    `HostKeyAlias=${which.container}`,
  ];
  return run("ssh", [
    ...["-F", "/dev/null"],
    ...settings.flatMap((setting) => ["-o", setting]),
    ...(options.length > 0 ? options : ["-i", join(state, "ssh/id_ed25519")]),
    ...[`root@${which.address}`, command],
  ]);
}

async function hostKey(which: Server): Promise<string> {
  return docker("exec", which.container, "cat", "/etc/ssh/ssh_host_ed25519_key.pub");
}

async function cleanUp(): Promise<void> {
  for (const each of Object.values(servers)) await server("destroy", each);
  await containers("network destroy");
}

beforeAll(async () => {
  const running = await run("docker", ["version"]).then((result) => result.code === 0);
  const traces = existsSync("/run/cdktf-monitoring/docker.sock");
  const engine = await ensureEngine(console.log);
  startedHere = engine.startedByUs && !running && !traces;
  dockerHost = engine.dockerHost ? { DOCKER_HOST: engine.dockerHost } : {};
  removeLeftovers(network.name, { ...process.env, ...dockerHost });
  const image = await containers("image");
  if (image.code !== 0) throw new Error(image.stderr);
}, 600_000);

afterAll(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true });
  if (startedHere) await stopIdleEngine();
}, 120_000);

describe("local servers", () => {
  test("boot in parallel, each with a separate host key", async () => {
    const made = await containers("network create");
    expect(made.stderr).toContain("e2e-ls-network: created, 198.18.224.0/20");
    expect(made.code).toBe(0);

    const results = await Promise.all([server("create", servers.one), server("create", servers.two)]);

    expect(results.map((each) => [each.code, each.stderr])).toEqual([
      [0, expect.stringMatching(/^one: up at 198\.18\.224\.11 in [\d.]+ s, container e2e-ls-one$/m)],
      [0, expect.stringMatching(/^two: up at 198\.18\.224\.12 in [\d.]+ s, container e2e-ls-two$/m)],
    ]);
    for (const each of Object.values(servers)) {
      expect(await docker("exec", each.container, "systemctl", "is-system-running", "--wait")).toBe("running");
      expect((await ssh(each, "hostname")).stdout).toBe(`${each.name}\n`);
    }
    expect(await hostKey(servers.one)).not.toBe(await hostKey(servers.two));
  }, 60_000);

  test("accept only the project's key, and prove their identity by a host key", async () => {
    const withoutKey = await ssh(servers.one, "true", "-o", "IdentitiesOnly=yes", "-o", "IdentityFile=/dev/null");
    expect(withoutKey.stderr).toMatch(/Permission denied \(publickey\)/);

    const another = await ssh({ ...servers.one, address: servers.two.address }, "true");
    expect(another.stderr).toContain("Host key verification failed");
  }, 30_000);

  test("are reachable on their published port", async () => {
    const options = ["-p", "22411", "-i", join(state, "ssh/id_ed25519")];
    const result = await ssh({ ...servers.one, address: "127.0.0.1" }, "hostname", ...options);
    expect(result.stdout).toBe("one\n");
  }, 30_000);

  test("contain the programs that playbooks need", async () => {
    const check =
      "nft list ruleset && python3 -c 'import apt' && command -v nginx setfacl curl && systemctl is-enabled nginx rsyslog; systemd-run --wait -qp DynamicUser=yes -p ProtectSystem=strict -p PrivateUsers=yes true && echo sandboxed";
    const result = await ssh(servers.one, check);
    expect(result.stdout.split("\n").slice(-4)).toEqual(["disabled", "disabled", "sandboxed", ""]);
  }, 30_000);

  test("keep their data when they are created again", async () => {
    await ssh(servers.one, "echo kept > /var/lib/monitoring/note; echo gone > /root/note");
    const before = await hostKey(servers.one);

    const result = await server("create", servers.one);

    expect(result.stderr).toContain("one: removed the old container, data kept");
    expect((await ssh(servers.one, "cat /var/lib/monitoring/note /root/note")).stdout).toBe("kept\n");
    expect(await hostKey(servers.one)).not.toBe(before);
  }, 30_000);

  test("keep their address and host key after a restart", async () => {
    const before = await hostKey(servers.two);
    await docker("restart", servers.two.container);
    await until("ssh after a restart", 20, async () => (await ssh(servers.two, "true")).code === 0);
    expect(await hostKey(servers.two)).toBe(before);

    const boot = (await ssh(servers.two, "cat /proc/1/stat | cut -d' ' -f22")).stdout;
    await ssh(servers.two, "systemctl reboot");
    await until("a reboot from inside", 20, async () => {
      const now = await ssh(servers.two, "cat /proc/1/stat | cut -d' ' -f22");
      return now.code === 0 && now.stdout !== boot;
    });
    expect(await hostKey(servers.two)).toBe(before);
  }, 60_000);
});

describe("creation fails with a remedy because of", () => {
  const other = { MONITORING_STATE: join(folder, "theirs") };

  test("names of another project, which stay unchanged", async () => {
    const created = await server("create", servers.one, other);
    expect(created.code).toBe(1);
    expect(created.stderr).toContain(`error: the container e2e-ls-one belongs to the project at ${state}`);
    expect(created.stderr).toContain("give this project another prefix");

    const network = await containers("network create", other);
    expect(network.stderr).toContain(`error: the network e2e-ls-network belongs to the project at ${state}`);

    const destroyed = await server("destroy", servers.one, other);
    expect(destroyed.stderr).toContain("skipped, the container e2e-ls-one belongs to another project");
    expect((await ssh(servers.one, "hostname")).stdout).toBe("one\n");
  }, 30_000);

  test("a subnet that overlaps another network", async () => {
    const result = await containers("network create", {
      LOCAL_NETWORK: JSON.stringify({ name: "e2e-ls-overlap", subnet: "198.18.225.0/24", gateway: "198.18.225.1" }),
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /error: subnet 198\.18\.225\.0\/24 overlaps 198\.18\.224\.0\/20 of the Docker network e2e-ls-network .*another subnet, such as LOCAL_SUBNET=198\.1[89]\./,
    );
  });

  test("a port in use and an address in use", async () => {
    const port = await server("create", {
      ...servers.two,
      container: "e2e-ls-three",
      address: "198.18.224.13",
      publish: { "22": 22411 },
    });
    expect(port.code).toBe(1);
    expect(port.stderr).toContain("one of its published ports (22411 on 127.0.0.1) is in use");

    const address = await server("create", { ...servers.two, container: "e2e-ls-three" });
    expect(address.stderr).toContain(
      "address 198.18.224.12 in the network e2e-ls-network is in use by the container e2e-ls-two",
    );

    expect(await docker("ps", "--all", "--quiet", "--filter", "name=e2e-ls-three")).toBe("");
    await server("destroy", { ...servers.two, container: "e2e-ls-three" });
  }, 30_000);

  test("a missing engine", async () => {
    const result = await containers("network create", { DOCKER_HOST: "unix:///nonexistent/docker.sock" });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("error: no Docker engine answers at unix:///nonexistent/docker.sock: start it");
  });
});

describe("an interrupted creation", () => {
  test("is completed by the next one", async () => {
    const log = join(folder, "interrupted.log");
    const begun = `until grep --quiet "removed the old container" ${log}; do sleep 0.02; done`;
    const command = `python3 ${script} server create 2>${log} & ${begun}; kill -TERM $!; wait $!; cat ${log} >&2`;
    const cut = await run("timeout", ["20", "sh", "-c", command], {
      environment: { ...dockerHost, MONITORING_STATE: state, LOCAL_SERVER: JSON.stringify(servers.two) },
    });
    expect(cut.stderr).toContain("server create: interrupted");

    const again = await server("create", servers.two);
    expect(again.stderr).toMatch(/^two: up at/m);
  }, 30_000);
});

describe("destruction", () => {
  const volumes = async (): Promise<string> => docker("volume", "ls", "--quiet", "--filter", "name=e2e-ls-");

  test("keeps the data if LOCAL_KEEP_DATA is set", async () => {
    const result = await server("destroy", servers.one, { LOCAL_KEEP_DATA: "1" });
    expect(result.stderr).toContain("one: data kept in the volume e2e-ls-one-data");
    expect((await volumes()).split("\n").sort()).toEqual(["e2e-ls-one-data", "e2e-ls-two-data"]);
  }, 30_000);

  test("of the network removes orphaned containers, but no data", async () => {
    const result = await containers("network destroy");

    expect(result.code).toBe(0);
    expect(result.stderr).toContain("e2e-ls-two: removed, data kept");
    expect((await volumes()).split("\n").sort()).toEqual(["e2e-ls-one-data", "e2e-ls-two-data"]);
    expect(await docker("ps", "--all", "--quiet", "--filter", "name=e2e-ls-")).toBe("");
    expect(await docker("network", "ls", "--quiet", "--filter", "name=e2e-ls-")).toBe("");
    expect(existsSync(join(state, "known_hosts.d", servers.two.container))).toBe(false);
    expect(readFileSync(join(state, "ssh/id_ed25519.pub"), "utf8")).toMatch(/^ssh-ed25519 /);
  }, 30_000);

  test("of a server removes its data, even if the container is missing", async () => {
    for (const each of Object.values(servers)) expect((await server("destroy", each)).code).toBe(0);
    expect(await volumes()).toBe("");
  });

  test("succeeds if nothing exists", async () => {
    const results = [await server("destroy", servers.one), await containers("network destroy")];
    expect(results.map((each) => each.code)).toEqual([0, 0]);
  });
});
