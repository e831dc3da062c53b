import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Artifacts } from "../../lib/artifacts";
import { ensureEngine } from "../../tools/local/engine";
import { architecture } from "../support/lab";
import { DEPLOY_TIMEOUT, Outcome, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { terraform } from "../support/terraform";

const THIRD_SERVER = `
    new MonitoredServer(this, "web", { monitoring, server: new LocalServer(this, "web-server", { network }) });
`;

const project = new Project("e2e-stack", "198.18.64.0/20");
const prometheus = PrometheusApi.behindGateway(project, "hub");

async function up(environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return project.npm("up", [], environment);
}

const RUNS = "certificate_authority, cleanup, firewall, gateway, node_exporter, prometheus, site";
const ALL_UP = ["gateway/hub: up", "node/app: up", "node/hub: up", "prometheus/hub: up"];

const fingerprint = (server: string): string =>
  project.fingerprint(
    server,
    ["/etc/prometheus", "/etc/systemd/system", "/etc/nginx", "/opt/cdktf-monitoring", "/var/www"],
    ["node_exporter", "prometheus", "nginx"],
  );

/** Lists all containers with their ids and the times of their creation. */
function containers(): string {
  return project.docker(
    "ps",
    "--all",
    "--no-trunc",
    "--filter",
    `name=^${project.prefix}-`,
    "--format",
    "{{.ID}} {{.Names}} {{.CreatedAt}}",
  );
}

beforeAll(async () => {
  await project.upPrometheus();
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

describe("npm run up", () => {
  test(
    "deploys two monitored servers whose targets are all up",
    async () => {
      await prometheus.waitForTargets(...ALL_UP);
      expect(project.objects()).toEqual({
        containers: ["e2e-stack-app", "e2e-stack-hub"],
        networks: ["e2e-stack"],
        volumes: ["e2e-stack-app-data", "e2e-stack-hub-data"],
      });
      expect(await prometheus.value('count(node_memory_MemAvailable_bytes{job="node",monitoring="monitoring"})')).toBe(
        2,
      );
      expect(await prometheus.value("prometheus_config_last_reload_successful")).toBe(1);
    },
    DEPLOY_TIMEOUT,
  );

  test("installs the application's site, which logs its requests", () => {
    expect(
      project.on(
        "app",
        "curl -s -o /dev/null -w '%{http_code}' localhost/; curl -s -o /dev/null -w ' %{http_code}' localhost/missing; curl -s -o /dev/null -w ' %{http_code}' localhost/error",
      ),
    ).toBe("200 404 500");
    expect(project.on("app", "cut -d'\"' -f2,3 /var/log/nginx/access.log")).toMatch(
      /GET \/ HTTP\/1\.1" 200 [^]*GET \/missing HTTP\/1\.1" 404 [^]*GET \/error HTTP\/1\.1" 500 /,
    );
  });

  test("restricts the listening addresses and the permissions of private files", () => {
    const listening = project.on("hub", "ss -ltnH | awk '{print $4}' | grep -E ':(9090|9100)$' | sort");
    const address = project.on("hub", "hostname -I").trim();
    // The gateway serves technicians at port 9090, and Prometheus listens on the loopback address.
    expect(listening.split("\n")).toEqual([`${address}:9090`, `${address}:9100`]);
    expect(project.on("hub", "stat -c '%a %U:%G' /etc/prometheus/prometheus.yml")).toBe("640 root:prometheus");
    expect(project.on("hub", "stat -c '%a %U' /etc/cdktf-monitoring/markers/*")).toMatch(/^(600 root\n?)+$/);
  });

  test(
    "runs no playbook and changes no container in a second deploy",
    async () => {
      const before = { runs: project.runTimes, containers: containers() };
      const output = await project.up();
      expect(output).toContain("No changes. Your infrastructure matches the configuration.");
      expect({ runs: project.runTimes, containers: containers() }).toEqual(before);
    },
    DEPLOY_TIMEOUT,
  );

  test("leaves a stack for which terraform plan finds no changes", () => {
    expect(
      terraform(
        join(project.directory, "cdktf.out/stacks/local"),
        "plan",
        "-detailed-exitcode",
        "-no-color",
        "-input=false",
      ),
    ).toContain("No changes.");
  });
});

describe("npm run play", () => {
  test.each(["node_exporter", "prometheus", "site", "cleanup"])(
    "%s --force changes no inode and no start time",
    async (run) => {
      const servers = Object.keys(project.result(run));
      const before = servers.map(fingerprint);
      await project.succeed("play", [run, "--force"]);
      for (const host of Object.values(project.result(run))) expect(host).toMatchObject({ touched: true, changed: 0 });
      expect(servers.map(fingerprint)).toEqual(before);
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "skips servers without changes if there is no --force",
    async () => {
      await project.succeed("play", ["node_exporter"]);
      for (const host of Object.values(project.result("node_exporter")))
        expect(host).toMatchObject({ state: "unchanged", touched: false });
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "--all plays all runs in order",
    async () => {
      const output = await project.succeed("play", ["--all"]);
      const runs = ["firewall", "node_exporter", "prometheus", "site", "cleanup"];
      expect([...output.matchAll(/^(\w+) +app +unchanged$/gm)].map(([, run]) => run)).toEqual(
        runs.filter((run) => run !== "prometheus"),
      );
      for (const run of runs)
        for (const host of Object.values(project.result(run))) expect(host).toMatchObject({ touched: false });
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "lists the available runs",
    async () => {
      expect((await project.npm("play")).output).toContain(RUNS);
      const { code, output } = await project.npm("play", ["grafana"]);
      expect(code).toBe(1);
      expect(output).toContain(`unknown run "grafana": the stack "local" has ${RUNS}`);
    },
    DEPLOY_TIMEOUT,
  );
});

describe("a third server", () => {
  test(
    "changes only this server and Prometheus' targets when it is added, without a reload",
    async () => {
      const before = {
        app: fingerprint("app"),
        reloaded: await prometheus.value("prometheus_config_last_reload_success_timestamp_seconds"),
        hub: containers(),
      };
      project.edit("main.ts", (text) => text.replace(/(?<="app-server", \{ network \}\),\n {4}\}\);)/, THIRD_SERVER));
      await project.up();
      const touched = (run: string): string[] =>
        Object.entries(project.result(run))
          .filter(([, host]) => host.touched)
          .map(([name]) => name);
      expect(touched("node_exporter")).toEqual(["web"]);
      expect(touched("prometheus")).toEqual(["hub"]);
      expect(project.result("prometheus").hub?.changed).toBe(1);
      expect(fingerprint("app")).toBe(before.app);
      await prometheus.waitForTargets(...ALL_UP, "node/web: up");
      expect(await prometheus.value("prometheus_config_last_reload_success_timestamp_seconds")).toBe(before.reloaded);
      expect(containers()).toContain(before.hub);
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "is removed with its container, its data and its target",
    async () => {
      project.edit("main.ts", (text) => text.replace(THIRD_SERVER, ""));
      await project.up();
      expect(project.objects().containers).toEqual(["e2e-stack-app", "e2e-stack-hub"]);
      expect(project.objects().volumes).toEqual(["e2e-stack-app-data", "e2e-stack-hub-data"]);
      await prometheus.waitForTargets(...ALL_UP);
    },
    DEPLOY_TIMEOUT,
  );
});

describe("npm run up fails before it touches any server because of", () => {
  test(
    "an archive with a wrong digest",
    async () => {
      const source = mkdtempSync(join(tmpdir(), "cdktf-monitoring-source-"));
      try {
        const real = Artifacts.fromEnvironment();
        const exporter = real._request("node_exporter", architecture);
        const wrong = "0".repeat(64);
        const entry = (version: string, file: string, sha256: string | null): object => ({
          version,
          file,
          sha256: { [architecture]: sha256 },
        });
        writeFileSync(
          join(source, "manifest.json"),
          JSON.stringify({
            prometheus: entry("0.0.1", "prometheus-0.0.1.tar.gz", wrong),
            node_exporter: entry(exporter.version, exporter.file, exporter.sha256),
          }),
        );
        writeFileSync(join(source, "prometheus-0.0.1.tar.gz"), "unexpected content");
        if (real._location) copyFileSync(join(real._location, exporter.file), join(source, exporter.file));
        const before = { runs: project.runTimes, hub: fingerprint("hub") };
        const { code, output } = await up({ CDKTF_MONITORING_SOURCE: source });
        expect(code).toBe(1);
        expect(output).toMatch(/prometheus-0\.0\.1\.tar\.gz/);
        expect(output).toContain(wrong);
        expect({ runs: project.runTimes, hub: fingerprint("hub") }).toEqual(before);
      } finally {
        rmSync(source, { recursive: true });
      }
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "an engine that does not respond",
    async () => {
      const { code, output } = await up({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
      expect(code).toBe(1);
      expect(output).toContain("no Docker engine answers at DOCKER_HOST=unix:///nowhere/docker.sock");
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "a malformed address, with the path of its construct",
    async () => {
      const main = readFileSync(join(project.directory, "main.ts"), "utf8");
      project.edit("main.ts", (text) => text.replace("technicians: [network.gateway]", 'technicians: ["203.0.113.7"]'));
      const { code, output } = await up();
      expect(code).toBe(1);
      expect(output).toContain(
        'local/monitoring: technicians: CIDR mask is missing in "203.0.113.7": did you mean "203.0.113.7/32"?',
      );
      writeFileSync(join(project.directory, "main.ts"), main);
    },
    DEPLOY_TIMEOUT,
  );
});

describe("npm run down", () => {
  test(
    "--keep-data succeeds",
    async () => {
      expect(await project.npm("down", ["--keep-data"])).toMatchObject({ code: 0 });
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "removes containers, networks, volumes and state",
    async () => {
      await project.up();
      await prometheus.waitForTargets(...ALL_UP);
      const oldest = await prometheus.value("prometheus_tsdb_lowest_timestamp_seconds");
      expect(oldest).toBeLessThan(await prometheus.value('process_start_time_seconds{job="prometheus"}'));
      await project.succeed("down");
      // "npm run down" stops the engine if "npm run up" has started it and no other container is left.
      await ensureEngine(() => undefined);
      expect(project.objects()).toEqual({ containers: [], networks: [], volumes: [] });
      expect(existsSync(project.state())).toBe(false);
    },
    DEPLOY_TIMEOUT,
  );
});
