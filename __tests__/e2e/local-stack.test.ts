import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Artifacts } from "../../lib/artifacts";
import { Architecture } from "../../lib/servers/architecture";
import { ensureEngine } from "../../tools/local/engine";
import { Outcome, Project, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { terraform } from "../support/terraform";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
const THIRD_SERVER = `
    new MonitoredServer(this, "web", { monitoring, server: new LocalServer(this, "web-server", { network }) });
`;

const project = new Project("e2e-stack", "198.18.64.0/20");
let prometheus: PrometheusApi;

async function up(environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return project.npm("up", [], environment);
}

async function expectUp(): Promise<string> {
  const { code, output } = await up();
  requireSuccess({ code, output });
  return output;
}

async function expectTargets(...expected: string[]): Promise<void> {
  await eventually(`the targets ${expected.join(", ")}`, 60, async () =>
    (await prometheus.targets()).join() === expected.join() ? true : undefined,
  );
}

const ALL_UP = ["node/app: up", "node/hub: up", "prometheus/hub: up"];

/** Every file that we own on a server, by inode and time, and when the services started. */
function fingerprint(server: string): string {
  const files =
    "find /etc/prometheus /etc/systemd/system /etc/nginx /opt/cdktf-monitoring /var/www -printf '%p %i %T@ %C@ %m %u\\n' 2>/dev/null | sort";
  const units =
    "systemctl show --property=Id,MainPID,ActiveEnterTimestampMonotonic,ExecMainStartTimestampMonotonic node_exporter prometheus nginx";
  return project.on(server, `${files}; ${units}`);
}

/** Which containers there are, and since when they run. */
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
  project.leaveOut("Alertmanager", "Grafana", "Loki");
  const output = await project.up();
  const [, url = ""] = /^Prometheus +(http:\S+)$/m.exec(output) ?? [];
  prometheus = new PrometheusApi(url);
}, 2 * DEPLOY);

afterAll(async () => {
  await project.end();
}, DEPLOY);

describe("npm run up", () => {
  test(
    "brings up two monitored servers with all targets healthy",
    async () => {
      await expectTargets(...ALL_UP);
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
    DEPLOY,
  );

  test("installs the application's site, with real requests in its log", () => {
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

  test("listens only on the servers' own addresses, and keeps what is not public from others", () => {
    const listening = project.on("hub", "ss -ltnH | awk '{print $4}' | grep -E ':(9090|9100)$' | sort");
    const address = project.on("hub", "hostname -I").trim();
    expect(listening.split("\n")).toEqual([`${address}:9090`, `${address}:9100`]);
    expect(project.on("hub", "stat -c '%a %U:%G' /etc/prometheus/prometheus.yml")).toBe("640 root:prometheus");
    expect(project.on("hub", "stat -c '%a %U' /etc/cdktf-monitoring/markers/*")).toMatch(/^(600 root\n?)+$/);
  });

  test(
    "a second time runs no playbook and changes no container",
    async () => {
      const before = { runs: project.runTimes, containers: containers() };
      const output = await expectUp();
      expect(output).toContain("No changes. Your infrastructure matches the configuration.");
      expect({ runs: project.runTimes, containers: containers() }).toEqual(before);
    },
    DEPLOY,
  );

  test("leaves a stack that Terraform alone can plan, and finds nothing to do", () => {
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
    "%s with markers off changes nothing: no inode, no start time",
    async (run) => {
      const servers = Object.keys(project.result(run));
      const before = servers.map(fingerprint);
      const { code, output } = await project.npm("play", [run, "--force"]);
      requireSuccess({ code, output });
      for (const host of Object.values(project.result(run))) expect(host).toMatchObject({ touched: true, changed: 0 });
      expect(servers.map(fingerprint)).toEqual(before);
    },
    DEPLOY,
  );

  test(
    "without --force touches no server where nothing changed",
    async () => {
      const { code } = await project.npm("play", ["node_exporter"]);
      expect(code).toBe(0);
      for (const host of Object.values(project.result("node_exporter")))
        expect(host).toMatchObject({ state: "unchanged", touched: false });
    },
    DEPLOY,
  );

  test(
    "runs all of them, in their order",
    async () => {
      const { code, output } = await project.npm("play", ["--all"]);
      expect(code).toBe(0);
      const runs = ["firewall", "node_exporter", "prometheus", "site", "cleanup"];
      expect([...output.matchAll(/^(\w+) +app +unchanged$/gm)].map(([, run]) => run)).toEqual(
        runs.filter((run) => run !== "prometheus"),
      );
      for (const run of runs)
        for (const host of Object.values(project.result(run))) expect(host).toMatchObject({ touched: false });
    },
    DEPLOY,
  );

  test(
    "names the runs that there are",
    async () => {
      expect((await project.npm("play")).output).toContain("cleanup, firewall, node_exporter, prometheus, site");
      const { code, output } = await project.npm("play", ["grafana"]);
      expect(code).toBe(1);
      expect(output).toContain(
        'unknown run "grafana": the stack "local" has cleanup, firewall, node_exporter, prometheus, site',
      );
    },
    DEPLOY,
  );
});

describe("a third server", () => {
  test(
    "is added by touching it and Prometheus' targets only, without a reload",
    async () => {
      const before = {
        app: fingerprint("app"),
        reloaded: await prometheus.value("prometheus_config_last_reload_success_timestamp_seconds"),
        hub: containers(),
      };
      project.edit("main.ts", (text) => text.replace(/(?<="app-server", \{ network \}\),\n {4}\}\);)/, THIRD_SERVER));
      await expectUp();
      const touched = (run: string): string[] =>
        Object.entries(project.result(run))
          .filter(([, host]) => host.touched)
          .map(([name]) => name);
      expect(touched("node_exporter")).toEqual(["web"]);
      expect(touched("prometheus")).toEqual(["hub"]);
      expect(project.result("prometheus").hub?.changed).toBe(1);
      expect(fingerprint("app")).toBe(before.app);
      await expectTargets("node/app: up", "node/hub: up", "node/web: up", "prometheus/hub: up");
      expect(await prometheus.value("prometheus_config_last_reload_success_timestamp_seconds")).toBe(before.reloaded);
      expect(containers()).toContain(before.hub);
    },
    DEPLOY,
  );

  test(
    "is removed again, with its container, its data and its target",
    async () => {
      project.edit("main.ts", (text) => text.replace(THIRD_SERVER, ""));
      await expectUp();
      expect(project.objects().containers).toEqual(["e2e-stack-app", "e2e-stack-hub"]);
      expect(project.objects().volumes).toEqual(["e2e-stack-app-data", "e2e-stack-hub-data"]);
      await expectTargets(...ALL_UP);
    },
    DEPLOY,
  );
});

describe("a server that fails", () => {
  test(
    "is named, the others are done, and the next up works only on it",
    async () => {
      project.on("app", "systemctl stop ssh.service; pkill -x sshd || true");
      project.edit("main.ts", (text) =>
        text.replaceAll(/(server: servers\.\w+)/g, '$1, nodeExporter: { collectors: ["systemd", "processes"] }'),
      );
      const failed = await up();
      expect(failed.code).toBe(1);
      expect(failed.output).toMatch(/app +UNREACHABLE/);
      expect(project.result("node_exporter").hub).toMatchObject({ state: "changed" });
      expect(project.on("hub", "systemctl show --property=ExecStart node_exporter")).toContain("--collector.processes");

      project.on("app", "systemctl start ssh.service");
      await expectUp();
      expect(project.result("node_exporter")).toMatchObject({ hub: { touched: false }, app: { state: "changed" } });
      expect(project.on("app", "systemctl show --property=ExecStart node_exporter")).toContain("--collector.processes");
    },
    DEPLOY,
  );
});

describe("a server that was away", () => {
  test(
    "comes back by itself after a reboot, with its services",
    async () => {
      project.docker("restart", "e2e-stack-hub", "e2e-stack-app");
      await expectTargets(...ALL_UP);
      expect((await up()).output).toContain("No changes.");
    },
    DEPLOY,
  );

  test(
    "is started again when it was stopped",
    async () => {
      project.docker("stop", "e2e-stack-app");
      expect(await expectUp()).toContain("the container e2e-stack-app was stopped: starting it");
      await expectTargets(...ALL_UP);
    },
    DEPLOY,
  );

  test(
    "is made anew when it is gone",
    async () => {
      project.docker("rm", "--force", "e2e-stack-hub");
      const output = await expectUp();
      expect(output).toContain("the container e2e-stack-hub is missing: the deploy creates it again");
      expect(project.result("node_exporter")).toMatchObject({ hub: { state: "changed" }, app: { touched: false } });
      await expectTargets(...ALL_UP);
    },
    DEPLOY,
  );

  test("keeps Prometheus' samples when it is made anew", async () => {
    expect(await prometheus.value('count_over_time(up{job="prometheus"}[1h]) > bool 4')).toBe(1);
    const oldest = await prometheus.value("prometheus_tsdb_lowest_timestamp_seconds");
    const started = await prometheus.value('process_start_time_seconds{job="prometheus"}');
    expect(oldest).toBeLessThan(started);
  });
});

describe("a deploy that is cut off", () => {
  /** Changes something that Prometheus' run consumes, starts a deploy, and waits until it works on the server. */
  async function midway(retention: string): Promise<{ pid: number; ended: Promise<Outcome> }> {
    project.edit("main.ts", (text) => text.replace(/retention: "\d+d"/, `retention: "${retention}"`));
    const deploy = project.start("up");
    await project.runStarted("prometheus");
    return deploy;
  }

  test(
    "by kill -9 is repeated by the next",
    async () => {
      const { pid, ended } = await midway("21d");
      process.kill(-pid, "SIGKILL");
      await ended;
      await expectUp();
      expect(project.on("hub", "systemctl show --property=ExecStart prometheus")).toContain("retention.time=21d");
      expect(existsSync(project.state("in-flight/prometheus"))).toBe(false);
      await expectTargets(...ALL_UP);
    },
    DEPLOY,
  );

  test(
    "by Ctrl-C says so, and is repeated by the next",
    async () => {
      const { pid, ended } = await midway("22d");
      process.kill(-pid, "SIGINT");
      const { code, output } = await ended;
      expect(code).not.toBe(0);
      expect(output).toContain("was interrupted: run the same command again to continue");
      await expectUp();
      expect(project.on("hub", "systemctl show --property=ExecStart prometheus")).toContain("retention.time=22d");
    },
    DEPLOY,
  );
});

describe("what is wrong stops the deploy before any server is touched", () => {
  test(
    "an archive whose digest does not match",
    async () => {
      const source = mkdtempSync(join(tmpdir(), "cdktf-monitoring-source-"));
      try {
        const real = Artifacts.fromEnvironment();
        const request = real._request("prometheus", process.arch === "arm64" ? Architecture.ARM64 : Architecture.AMD64);
        const exporter = real._request(
          "node_exporter",
          process.arch === "arm64" ? Architecture.ARM64 : Architecture.AMD64,
        );
        const wrong = "0".repeat(64);
        writeFileSync(
          join(source, "manifest.json"),
          JSON.stringify({
            prometheus: {
              version: "0.0.1",
              file: "prometheus-0.0.1.tar.gz",
              sha256: { [request.architecture]: wrong },
            },
            node_exporter: {
              version: exporter.version,
              file: exporter.file,
              sha256: { [exporter.architecture]: exporter.sha256 },
            },
          }),
        );
        writeFileSync(join(source, "prometheus-0.0.1.tar.gz"), "not what was asked for");
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
    DEPLOY,
  );

  test(
    "an engine that does not answer",
    async () => {
      const { code, output } = await up({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
      expect(code).toBe(1);
      expect(output).toContain("no Docker engine answers at DOCKER_HOST=unix:///nowhere/docker.sock");
    },
    DEPLOY,
  );

  test(
    "a malformed address, named with its construct",
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
    DEPLOY,
  );
});

describe("npm run down", () => {
  test(
    "can keep the data",
    async () => {
      const { code } = await project.npm("down", ["--keep-data"]);
      expect(code).toBe(0);
    },
    DEPLOY,
  );

  test(
    "leaves nothing",
    async () => {
      await expectUp();
      await expectTargets(...ALL_UP);
      const oldest = await prometheus.value("prometheus_tsdb_lowest_timestamp_seconds");
      expect(oldest).toBeLessThan(await prometheus.value('process_start_time_seconds{job="prometheus"}'));
      const { code, output } = await project.npm("down");
      requireSuccess({ code, output });
      // It stopped the engine, where that was ours and nothing else runs in it.
      await ensureEngine(() => undefined);
      expect(project.objects()).toEqual({ containers: [], networks: [], volumes: [] });
      expect(existsSync(project.state())).toBe(false);
    },
    DEPLOY,
  );
});
