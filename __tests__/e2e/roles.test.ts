import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Architecture } from "../../lib/servers/architecture";
import { Artifacts } from "../../lib/artifacts";
import { filesHash, GeneratedFile } from "../../lib/inventory/generated-file";
import { InventoryRun, renderInventory, Variables } from "../../lib/inventory/inventory";
import { projectRoot } from "../../tools/cli/project";
import { run, RunResult } from "../../tools/cli/process";
import { ensureEngine } from "../../tools/local/engine";

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

const RULES = 'groups: [{name: g, rules: [{alert: A, expr: vector(1), annotations: {summary: "{{ $value }}"}}]}]';
const PAGE = { path: "web/runbooks.html", content: "<h1>Runbooks</h1>" };
const CONFIG = "templates: [templates/*.tmpl]\nroute: {receiver: nobody}\nreceivers: [{name: nobody}]\n";
const TEMPLATE = '{{ define "own" }}{{ template "monitoring.grafana" . }}{{ end }}';

/** What a synthesis would have made for each role. */
const FILES: Readonly<Record<string, readonly GeneratedFile[]>> = {
  prometheus: [{ path: "rules/own.yml", content: RULES }, PAGE],
  alertmanager: [
    { path: "alertmanager.yml", content: CONFIG },
    { path: "templates/own.tmpl", content: TEMPLATE },
  ],
};

/** Runs the role of a component on the server, with the inventory that a synthesis would render. */
async function play(kind: string, variables: Variables, ...options: string[]): Promise<RunResult> {
  return playWith(FILES[kind] ?? [], kind, variables, ...options);
}

/** Does so with other files than those that a synthesis would have made. */
async function playWith(
  generated: readonly GeneratedFile[],
  kind: string,
  variables: Variables,
  ...options: string[]
): Promise<RunResult> {
  const folder = mkdtempSync(join(project, "files-"));
  for (const { path, content } of generated) {
    mkdirSync(dirname(join(folder, server.name, path)), { recursive: true });
    writeFileSync(join(folder, server.name, path), content);
  }
  const handed = generated.length === 0 ? variables : { ...variables, monitoring_files_sha256: filesHash(generated) };
  return playAs(architecture, kind, handed, "--files", folder, ...options);
}

async function playAs(declared: string, kind: string, variables: Variables, ...options: string[]): Promise<RunResult> {
  const artifacts = Artifacts.fromEnvironment();
  const request = artifacts._request(kind, architecture);
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
    artifactLocation: artifacts._location,
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
  execFileSync("python3", [join(projectRoot, "constructs/servers/local/scripts/containers.py"), ...args], {
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
    ["alertmanager", {}],
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
    ["alertmanager", {}],
  ])(
    "%s installs in few tasks",
    async (kind, variables) => {
      const { code, stdout } = await play(kind, variables);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) as string });
      const tasks = executedTasks(kind);
      expect(tasks.length).toBeGreaterThan(3);
      expect(tasks.length).toBeLessThanOrEqual(9);
    },
    RUN,
  );

  const broken = (kind: string, path: string, content: string): GeneratedFile[] => [
    ...(FILES[kind] ?? []).filter((file) => file.path !== path),
    { path, content },
  ];

  test.each<[string, string, string, readonly GeneratedFile[], Variables, RegExp]>([
    [
      "a configuration",
      "promtool",
      "prometheus",
      FILES.prometheus ?? [],
      { ...PROMETHEUS, prometheus_scrape_interval: "never" },
      /not a valid duration string/,
    ],
    [
      "a rule",
      "promtool",
      "prometheus",
      broken("prometheus", "rules/own.yml", RULES.replace("$value", "nosuch $value")),
      { ...PROMETHEUS, prometheus_targets: [] },
      /rules\/own\.yml: .*function "nosuch" not defined/,
    ],
    [
      "a route",
      "amtool",
      "alertmanager",
      broken("alertmanager", "alertmanager.yml", CONFIG.replace("nobody", "somebody")),
      {},
      /undefined receiver "somebody"/,
    ],
    [
      "a template",
      "amtool",
      "alertmanager",
      broken("alertmanager", "templates/own.tmpl", TEMPLATE.replace("{{ end }}", "")),
      {},
      /own\.tmpl:1: unexpected EOF/,
    ],
  ])(
    "leaves all as it is when %s is refused by %s",
    async (_what, _who, kind, generated, variables, message) => {
      const look = `find /etc/${kind} -printf '%p %i %C@\n' | sort | md5sum; systemctl show --property=MainPID ${kind}`;
      const before = on(look);
      const { code, stdout } = await playWith(generated, kind, variables);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(message);
      expect(on(look)).toBe(before);
    },
    RUN,
  );

  test(
    "reloads for rules, and serves the runbooks below the external URL",
    async () => {
      const pid = on("systemctl show --property=MainPID --value prometheus");
      const renamed = [{ path: "rules/other.yml", content: RULES.replace("alert: A", "alert: B") }, PAGE];
      expect((await playWith(renamed, "prometheus", PROMETHEUS)).code).toBe(0);
      expect(on("systemctl show --property=MainPID --value prometheus")).toBe(pid);
      expect(on("ls /etc/prometheus/rules")).toBe("other.yml");
      const rules = on("sleep 1; curl -s 198.18.80.10:9090/api/v1/rules");
      expect(rules).toContain('"name":"B"');
      expect(rules).not.toContain('"name":"A"');
      expect(on("curl -s 198.18.80.10:9090/user/runbooks.html")).toBe(PAGE.content);
    },
    RUN,
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
    "reloads Alertmanager for routes and links, and restarts it for changed flags only",
    async () => {
      const pid = (): string => on("systemctl show --property=MainPID --value alertmanager");
      const before = pid();
      const changed = [{ path: "alertmanager.yml", content: CONFIG.replaceAll("nobody", "somebody") }];
      const grafana = { alertmanager_grafana_url: "http://192.0.2.1:3000" };
      expect((await playWith(changed, "alertmanager", grafana)).code).toBe(0);
      expect(pid()).toBe(before);
      expect(on("sleep 1; curl -s 198.18.80.10:9093/api/v2/status")).toContain("receiver: somebody");
      expect(on("ls /etc/alertmanager/templates")).toBe("links.tmpl");
      expect(on("cat /etc/alertmanager/templates/links.tmpl")).toContain(
        '{{ define "monitoring.grafana" }}http://192.0.2.1:3000{{ end }}',
      );
      const flags = { ...grafana, alertmanager_retention: "240h" };
      expect((await playWith(changed, "alertmanager", flags)).code).toBe(0);
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
