import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Architecture } from "../../lib/architecture";
import { Artifacts } from "../../lib/artifacts";
import { InventoryRun, renderInventory, Variables } from "../../lib/inventory";
import { projectRoot, run, RunResult } from "../../tools/common";
import { ensureEngine } from "../../tools/engine";

/** A role's run on a slow machine takes half a minute at most; in milliseconds. */
const RUN = 120_000;
const architecture = process.arch === "arm64" ? Architecture.ARM64 : Architecture.AMD64;
const network = { name: "e2e-roles", subnet: "198.18.80.0/20", gateway: "198.18.80.1" };
const server = { network: network.name, container: "e2e-roles-one", name: "one", address: "198.18.80.10" };
const project = mkdtempSync(join(tmpdir(), "e2e-roles-"));
const state = join(project, ".cdktf-monitoring", "test");
let docker: Record<string, string> = {};

const PROMETHEUS: Variables = {
  prometheus_port: 9090,
  prometheus_external_url: "http://198.18.80.10:9090",
  prometheus_retention_time: "15d",
  prometheus_targets: [
    { job: "prometheus", targets: [{ address: "198.18.80.10:9090", labels: { instance: "one", monitoring: "test" } }] },
  ],
};

/** Runs the role of a component on the server, with the inventory that a synthesis would render. */
async function play(kind: string, variables: Variables, ...options: string[]): Promise<RunResult> {
  return playAs(architecture, kind, variables, ...options);
}

async function playAs(declared: string, kind: string, variables: Variables, ...options: string[]): Promise<RunResult> {
  const artifacts = Artifacts.fromEnvironment();
  const request = artifacts.request(kind, architecture);
  const description: InventoryRun = {
    name: kind,
    playbook: `${kind}.yml`,
    content: "test",
    component: true,
    artifacts: [request],
    secrets: [],
    variables: {},
    hosts: new Map([[server.name, { [`${kind}_version`]: request.version, ...variables }]]),
  };
  const inventory = renderInventory({
    monitoring: "test",
    artifactLocation: artifacts.location,
    hosts: [
      {
        connection: {
          host: server.address,
          port: 22,
          user: "root",
          keyFile: join(state, "ssh/id_ed25519"),
          knownHostsFile: join(state, "known_hosts.d", server.container),
          hostKeys: [],
          hostKeyAlias: server.container,
          waitSeconds: 20,
        },
        facts: {
          name: server.name,
          id: "1",
          generation: "1",
          address: server.address,
          bind: server.address,
          architecture: declared,
        },
      },
    ],
    runs: [description],
  });
  const file = join(project, "inventory.json");
  writeFileSync(file, JSON.stringify(inventory));
  return run("python3", [join(projectRoot, "playbooks/run.py"), kind, "--inventory", file, ...options], {
    environment: { MONITORING_STATE: state },
  });
}

function containers(...args: string[]): void {
  execFileSync("python3", [join(projectRoot, "constructs/servers/local/containers.py"), ...args], {
    env: {
      ...process.env,
      ...docker,
      MONITORING_STATE: state,
      LOCAL_NETWORK: JSON.stringify(network),
      LOCAL_SERVER: JSON.stringify(server),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function on(command: string): string {
  const args = ["exec", server.container, "sh", "-c", command];
  return execFileSync("docker", args, { encoding: "utf8", env: { ...process.env, ...docker } }).trim();
}

/** All that is on the server's disk where we could have changed it. */
const files = (): string =>
  on(
    "find /etc /opt /usr /var/lib/monitoring -xdev -printf '%p %i %C@\\n' 2>/dev/null | grep -v ' /etc/ssh' | sort | md5sum",
  );

function executedTasks(kind: string): string[] {
  const { tasks } = JSON.parse(readFileSync(join(state, "runs", kind, "result.json"), "utf8")) as {
    tasks: readonly { name: string; begin: boolean }[];
  };
  return tasks.filter(({ begin }) => !begin).map(({ name }) => name);
}

beforeAll(async () => {
  mkdirSync(state, { recursive: true });
  const { dockerHost } = await ensureEngine(() => undefined);
  docker = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
  containers("network", "create");
  containers("server", "create");
}, RUN);

afterAll(() => {
  containers("server", "destroy");
  containers("network", "destroy");
  rmSync(project, { recursive: true });
}, RUN);

describe("on a fresh server", () => {
  test.each([
    ["node_exporter", {}],
    ["prometheus", PROMETHEUS],
  ])(
    "a check of %s passes and changes nothing",
    async (kind, variables) => {
      const before = files();
      const { code, stdout } = await play(kind, variables, "--check");
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
      expect(files()).toBe(before);
    },
    RUN,
  );

  test(
    "a port that something else listens on is refused before anything is touched, and named with who does",
    async () => {
      on("systemd-run --quiet --unit=squatter --service-type=exec python3 -m http.server --bind 198.18.80.10 9100");
      const before = files();
      const { code, stdout } = await play("node_exporter", { node_exporter_port: 9100 });
      on("systemctl stop squatter");
      expect(code).not.toBe(0);
      expect(stdout).toMatch(
        /port 9100 is in use by python3 \(process \d+\): stop it, or give node_exporter another port/,
      );
      expect(files()).toBe(before);
    },
    RUN,
  );

  test(
    "a server of another architecture than declared is refused before anything is touched",
    async () => {
      const other = architecture === Architecture.AMD64 ? "arm64" : "amd64";
      const before = files();
      const { code, stdout } = await playAs(other, "node_exporter", {});
      expect(code).not.toBe(0);
      expect(stdout).toContain(`the server is ${architecture}, but was declared as ${other}: correct its architecture`);
      expect(files()).toBe(before);
    },
    RUN,
  );
});

describe("a role", () => {
  test.each([
    ["node_exporter", {}],
    ["prometheus", PROMETHEUS],
  ])(
    "%s installs in at most 12 tasks",
    async (kind, variables) => {
      const { code, stdout } = await play(kind, variables);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
      const tasks = executedTasks(kind);
      expect(tasks.length).toBeGreaterThan(5);
      expect(tasks.length).toBeLessThanOrEqual(12);
    },
    RUN,
  );

  test(
    "leaves the running configuration alone when promtool refuses the new one",
    async () => {
      const before = on("md5sum /etc/prometheus/prometheus.yml; systemctl show --property=MainPID prometheus");
      const broken = { ...PROMETHEUS, prometheus_scrape_interval: "never" };
      const { code, stdout } = await play("prometheus", broken);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/not a valid duration string/);
      expect(on("md5sum /etc/prometheus/prometheus.yml; systemctl show --property=MainPID prometheus")).toBe(before);
      expect((await play("prometheus", PROMETHEUS)).code).toBe(0);
    },
    2 * RUN,
  );

  test(
    "reloads for a changed configuration, and restarts for changed flags only",
    async () => {
      const pid = (): string => on("systemctl show --property=MainPID --value prometheus");
      const before = pid();
      expect((await play("prometheus", { ...PROMETHEUS, prometheus_scrape_interval: "14s" })).code).toBe(0);
      expect(pid()).toBe(before);
      expect(on("curl -s 198.18.80.10:9090/api/v1/status/config")).toContain("scrape_interval: 14s");
      expect((await play("prometheus", { ...PROMETHEUS, prometheus_retention_time: "20d" })).code).toBe(0);
      expect(pid()).not.toBe(before);
    },
    2 * RUN,
  );

  test(
    "removes targets that are not wanted any more",
    async () => {
      expect((await play("prometheus", { ...PROMETHEUS, prometheus_targets: [] })).code).toBe(0);
      expect(on("ls /etc/prometheus/targets")).toBe("");
    },
    RUN,
  );
});
