import { Outcome, Project, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
/** When deploys are killed, in milliseconds after their start: at random, within what one takes. */
const MOMENTS = Array.from({ length: 4 }, () => Math.round(1000 + Math.random() * 14_000));

const project = new Project("e2e-faults", "198.19.64.0/20");
let prometheus: PrometheusApi;
let days = 30;

async function expectUp(): Promise<string> {
  const { code, output } = await project.npm("up");
  requireSuccess({ code, output });
  return output;
}

/** Changes what the node exporters' and Prometheus' runs consume. */
function change(): void {
  days += 1;
  project.edit("main.ts", (text) => text.replace(/retention: "\d+d"/, `retention: "${days}d"`));
  const [collector, other] = days % 2 === 0 ? ["processes", "interrupts"] : ["interrupts", "processes"];
  project.edit("main.ts", (text) =>
    text.includes(`"${other}"`)
      ? text.replaceAll(`"${other}"`, `"${collector}"`)
      : text.replaceAll(/(server: servers\.\w+)/g, `$1, nodeExporter: { collectors: ["systemd", "${collector}"] }`),
  );
}

/** What was asked for is there, and one deploy more finds nothing to do. */
async function expectChanged(): Promise<void> {
  const collector = days % 2 === 0 ? "processes" : "interrupts";
  const started = (server: string, unit: string): string =>
    project.on(server, `systemctl show --property=ExecStart,ActiveState ${unit}`);
  expect(started("hub", "prometheus")).toContain(`retention.time=${days}d`);
  for (const server of ["hub", "app"]) {
    expect(started(server, "node_exporter")).toContain(`--collector.${collector}`);
    expect(started(server, "node_exporter")).toContain("ActiveState=active");
  }
  await eventually("all targets", 60, async () =>
    (await prometheus.targets()).every((target) => target.endsWith(": up")) ? true : undefined,
  );
}

/** Starts a deploy with something to do, and waits until it works on the hub. */
async function midway(): Promise<{ pid: number; ended: Promise<Outcome> }> {
  change();
  const deploy = project.start("up");
  await project.runStarted("prometheus");
  return deploy;
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

describe("a deploy that is killed", () => {
  test.each(MOMENTS)(
    "%d ms after its start is mended by the next",
    async (moment) => {
      change();
      const { pid, ended } = project.start("up");
      await Promise.race([ended, new Promise((done) => setTimeout(done, moment))]);
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It was faster.
      }
      await ended;
      await expectUp();
      await expectChanged();
    },
    2 * DEPLOY,
  );
});

test(
  "a server that dies while it is worked on is named, and the next deploy starts it and goes on there",
  async () => {
    const { ended } = await midway();
    project.docker("kill", `${project.prefix}-app`);
    // Where it had been done already, nobody misses it.
    expect(await ended).toMatchObject({
      output: expect.stringMatching(/app +(UNREACHABLE|FAILED|changed)/) as string,
    });
    expect(await expectUp()).toContain(`the container ${project.prefix}-app was stopped: starting it`);
    await expectChanged();
  },
  2 * DEPLOY,
);

test(
  "connections that are lost all the time fail a deploy at most, and the next mends it",
  async () => {
    const { ended } = await midway();
    for (let times = 0; times < 8; times += 1) {
      project.on("hub", "pkill -KILL -f '^sshd: root' || true");
      await new Promise((done) => setTimeout(done, 250));
    }
    await ended;
    await expectUp();
    await expectChanged();
  },
  2 * DEPLOY,
);

test(
  "of two deploys at once one does the work, and the other waits and has nothing to do",
  async () => {
    change();
    const both = await Promise.all([expectUp(), expectUp()]);
    expect(both.filter((output) => output.includes("waiting for another process, which holds"))).toHaveLength(1);
    expect(both.filter((output) => output.includes("No changes."))).toHaveLength(1);
    await expectChanged();
  },
  2 * DEPLOY,
);

test(
  "a full disk is named, what runs goes on, and the next deploy mends it when there is room",
  async () => {
    project.on("hub", "mount -t tmpfs -o size=20m full /opt/cdktf-monitoring");
    change();
    const { code, output } = await project.npm("up");
    expect(code).toBe(1);
    expect(output).toMatch(/hub +FAILED +.*(No space left on device|disk|room)/);
    expect(project.on("hub", "systemctl is-active prometheus node_exporter")).toBe("active\nactive");
    project.on("hub", "umount /opt/cdktf-monitoring");
    await expectUp();
    await expectChanged();
  },
  2 * DEPLOY,
);

test("a component that is killed comes back by itself, with its data", async () => {
  const oldest = await prometheus.value("prometheus_tsdb_lowest_timestamp_seconds");
  const before = project.on("hub", "systemctl show --property=MainPID --value prometheus");
  project.on("hub", "systemctl kill --signal=KILL prometheus");
  await eventually("another process", 30, () => {
    const now = project.on("hub", "systemctl show --property=MainPID --value prometheus");
    return now !== before && now !== "0" ? true : undefined;
  });
  const kept = await eventually("Prometheus", 60, () => prometheus.value("prometheus_tsdb_lowest_timestamp_seconds"));
  expect(kept).toBe(oldest);
}, 120_000);

test(
  "when all servers restart at once, all is as it was",
  async () => {
    project.docker("restart", `${project.prefix}-hub`, `${project.prefix}-app`);
    await eventually("verify", 120, async () => ((await project.npm("verify")).code === 0 ? true : undefined));
    expect(await expectUp()).toContain("No changes.");
  },
  2 * DEPLOY,
);

test(
  "when all is lost, a drill has it back, and says what took how long",
  async () => {
    const { code, output } = await project.npm("drill", ["--tasks", "3"]);
    requireSuccess({ code, output });
    for (const phase of ["destroy", "synthesis, init, plan", "servers", "SSH", "firewall", "prometheus", "verify"])
      expect(output).toMatch(new RegExp(`^${phase} +\\d+\\.\\d +\\d+\\.\\d `, "m"));
    expect(output).toMatch(/^Destroyed in .* s, rebuilt in .* s, verified in .* s: .* s of at most 600 s$/m);
    await expectChanged();
  },
  2 * DEPLOY,
);
