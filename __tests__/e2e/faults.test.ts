import { existsSync } from "node:fs";
import { DEPLOY_TIMEOUT, Outcome, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually, pause, until } from "../support/wait";

/** Random times at which deploys are killed, in milliseconds after their start. A deploy takes longer than that. */
const MOMENTS = Array.from({ length: 2 }, () => Math.round(1000 + Math.random() * 14_000));

const project = new Project("e2e-faults", "198.19.64.0/20");
const prometheus = PrometheusApi.behindGateway(project, "hub");
let days = 30;

const ALL_UP = ["gateway/hub: up", "node/app: up", "node/hub: up", "prometheus/hub: up"];

/** Changes settings of the node exporters and of Prometheus. */
function change(): void {
  days += 1;
  project.edit("main.ts", (text) => text.replace(/retention: "\d+d"/, `retention: "${days}d"`));
  const [collector, other] = days % 2 === 0 ? ["processes", "interrupts"] : ["interrupts", "processes"];
  const collectors = (name: string): string => `nodeExporter: { collectors: ["systemd", "${name}"] }`;
  project.edit("main.ts", (text) =>
    text.includes(collectors(other))
      ? text.replaceAll(collectors(other), collectors(collector))
      : text.replaceAll(/(server: servers\.\w+)/g, `$1, ${collectors(collector)}`),
  );
}

/** Expects the settings of the last {@link change} on all servers, and that all targets are up. */
async function expectChanged(): Promise<void> {
  const collector = days % 2 === 0 ? "processes" : "interrupts";
  const started = (server: string, unit: string): string =>
    project.on(server, `systemctl show --property=ExecStart,ActiveState ${unit}`);
  expect(started("hub", "prometheus")).toContain(`retention.time=${days}d`);
  for (const server of ["hub", "app"]) {
    expect(started(server, "node_exporter")).toContain(`--collector.${collector}`);
    expect(started(server, "node_exporter")).toContain("ActiveState=active");
  }
  await prometheus.waitForTargets(...ALL_UP);
}

/** Changes settings, starts a deploy, and waits until Prometheus' run executes tasks. */
async function startDeploy(): Promise<{ pid: number; ended: Promise<Outcome> }> {
  change();
  const deploy = project.start("up");
  await project.runStarted("prometheus");
  return deploy;
}

beforeAll(async () => {
  await project.upPrometheus();
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

describe("a killed deploy", () => {
  test.each(MOMENTS)(
    "is completed by the next deploy: after %d ms",
    async (moment) => {
      change();
      const { pid, ended } = project.start("up");
      await Promise.race([ended, pause(moment / 1000)]);
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // The deploy has already ended.
      }
      await ended;
      await project.up();
      await expectChanged();
    },
    2 * DEPLOY_TIMEOUT,
  );

  test(
    "is completed by the next deploy: during a run",
    async () => {
      const { pid, ended } = await startDeploy();
      process.kill(-pid, "SIGKILL");
      await ended;
      await project.up();
      expect(existsSync(project.state("in-flight/prometheus"))).toBe(false);
      await expectChanged();
    },
    2 * DEPLOY_TIMEOUT,
  );
});

test(
  "an interrupted deploy explains how to continue, and is completed by the next deploy",
  async () => {
    const { pid, ended } = await startDeploy();
    process.kill(-pid, "SIGINT");
    const { code, output } = await ended;
    expect(code).not.toBe(0);
    expect(output).toContain("was interrupted: run the same command again to continue");
    await project.up();
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "an unreachable server fails the deploy after the other servers, and the next deploy works only on this server",
  async () => {
    project.on("app", "systemctl stop ssh.service; pkill -x sshd || true");
    change();
    const { code, output } = await project.npm("up");
    expect(code).toBe(1);
    expect(output).toMatch(/app +UNREACHABLE/);
    expect(project.result("node_exporter").hub).toMatchObject({ state: "changed" });

    project.on("app", "systemctl start ssh.service");
    await project.up();
    expect(project.result("node_exporter")).toMatchObject({ hub: { touched: false }, app: { state: "changed" } });
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);

describe("the next deploy", () => {
  test(
    "starts a stopped server",
    async () => {
      project.docker("stop", `${project.prefix}-app`);
      expect(await project.up()).toContain(`the container ${project.prefix}-app was stopped: starting it`);
      await prometheus.waitForTargets(...ALL_UP);
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "creates a removed server again, with the samples of its Prometheus",
    async () => {
      project.docker("rm", "--force", `${project.prefix}-hub`);
      const output = await project.up();
      expect(output).toContain(`the container ${project.prefix}-hub is missing: the deploy creates it again`);
      // The server of the certificate authority is another one, so the run compares all certificates with it.
      expect(project.result("node_exporter")).toMatchObject({ hub: { state: "changed" }, app: { changed: 0 } });
      await prometheus.waitForTargets(...ALL_UP);
      expect(await prometheus.value('count_over_time(up{job="prometheus"}[1h]) > bool 4')).toBe(1);
      const oldest = await prometheus.value("prometheus_tsdb_lowest_timestamp_seconds");
      expect(oldest).toBeLessThan(await prometheus.value('process_start_time_seconds{job="prometheus"}'));
    },
    DEPLOY_TIMEOUT,
  );
});

test(
  "a server that dies during a deploy is reported, and the next deploy starts and completes it",
  async () => {
    const { ended } = await startDeploy();
    project.docker("kill", `${project.prefix}-app`);
    // The deploy succeeds if it has already completed this server.
    expect(await ended).toMatchObject({
      output: expect.stringMatching(/app +(UNREACHABLE|FAILED|changed)/) as string,
    });
    expect(await project.up()).toContain(`the container ${project.prefix}-app was stopped: starting it`);
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "lost connections at most fail the deploy, and the next deploy completes it",
  async () => {
    const { ended } = await startDeploy();
    for (let times = 0; times < 8; times += 1) {
      project.on("hub", "pkill -KILL -f '^sshd: root' || true");
      await pause(0.25);
    }
    await ended;
    await project.up();
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "the second of two concurrent deploys waits, and has nothing to do",
  async () => {
    change();
    const both = await Promise.all([project.up(), project.up()]);
    expect(both.filter((output) => output.includes("waiting for another process that holds"))).toHaveLength(1);
    expect(both.filter((output) => output.includes("No changes."))).toHaveLength(1);
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "a full disk is reported, services keep running, and a later deploy with enough space completes the change",
  async () => {
    project.on("hub", "mount -t tmpfs -o size=20m full /opt/cdktf-monitoring");
    change();
    const { code, output } = await project.npm("up");
    expect(code).toBe(1);
    expect(output).toMatch(/hub +FAILED +.*the disk with \/opt\/cdktf-monitoring is full: \d+ of its 20 MiB are free/);
    expect(project.on("hub", "systemctl is-active prometheus node_exporter")).toBe("active\nactive");
    project.on("hub", "umount /opt/cdktf-monitoring");
    await project.up();
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);

test("a killed component restarts by itself, with its data", async () => {
  const oldest = await prometheus.value("prometheus_tsdb_lowest_timestamp_seconds");
  const before = project.on("hub", "systemctl show --property=MainPID --value prometheus");
  project.on("hub", "systemctl kill --signal=KILL prometheus");
  await until("another process", 30, () => {
    const now = project.on("hub", "systemctl show --property=MainPID --value prometheus");
    return now !== before && now !== "0";
  });
  const kept = await eventually("Prometheus", 60, () => prometheus.value("prometheus_tsdb_lowest_timestamp_seconds"));
  expect(kept).toBe(oldest);
}, 120_000);

test(
  "a restart of all servers at once changes nothing",
  async () => {
    project.docker("restart", `${project.prefix}-hub`, `${project.prefix}-app`);
    await until("verify", 120, async () => (await project.npm("verify")).code === 0);
    await prometheus.waitForTargets(...ALL_UP);
    expect(await project.up()).toContain("No changes.");
  },
  2 * DEPLOY_TIMEOUT,
);

test(
  "a drill rebuilds the stack, and shows the duration of each phase",
  async () => {
    const output = await project.succeed("drill", ["--tasks", "3"]);
    for (const phase of ["destroy", "synthesis, init, plan", "servers", "SSH", "firewall", "prometheus", "verify"])
      expect(output).toMatch(new RegExp(`^${phase} +\\d+\\.\\d +\\d+\\.\\d `, "m"));
    expect(output).toMatch(/^Destroyed in .* s, deployed in .* s, verified in .* s; total .* s, limit 600 s$/m);
    await expectChanged();
  },
  2 * DEPLOY_TIMEOUT,
);
