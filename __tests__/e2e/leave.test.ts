import { App, LocalBackend, TerraformStack } from "cdktf";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ExistingNetwork,
  ExistingServer,
  LogAgent,
  LogSource,
  Loki,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
} from "../../constructs";
import { run } from "../../tools/cli/process";
import { terraformName } from "../../tools/cli/terraform-name";
import { architecture, Lab } from "../support/lab";
import { LokiApi } from "../support/loki";
import { NumberedLog } from "../support/numbered-log";
import { DEPLOY_TIMEOUT, Outcome, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { pause, until } from "../support/wait";

const lab = new Lab("e2e-leave", "198.19.80.0/20", ["hub", "app"]);
const project = mkdtempSync(join(tmpdir(), "e2e-leave-project-"));
const loki = LokiApi.behindGateway(lab, "hub");
const prometheus = PrometheusApi.behindGateway(lab, "hub");
const numbers = new NumberedLog(lab, "app");
const NO_FAULTS = { missing: [], duplicate: [] };
const WITHOUT_APP = ["node", "prometheus", "gateway", "loki", "log_agent"].map((job) => `${job}/hub: up`);
const ALL_UP = [...WITHOUT_APP, "node/app: up", "log_agent/app: up", "database/app: down"];

/** A deploy that runs. */
interface Deploy {
  /** Stops the deploy as Ctrl-C does. */
  readonly interrupt: () => void;
  /** Lines of the output so far, each with the seconds since the start. */
  readonly timeline: readonly string[];
  readonly ended: Promise<Outcome & { readonly seconds: number }>;
}

/** Synthesizes the stack, and starts `terraform apply` in its folder. */
async function start(members: { readonly app: boolean }): Promise<Deploy> {
  const tree = new App({ outdir: join(project, "cdktf.out") });
  const stack = new TerraformStack(tree, "test");
  new LocalBackend(stack, { path: join(project, "terraform.tfstate") });
  const network = new ExistingNetwork(stack, "lan");
  const server = (name: string): ExistingServer =>
    new ExistingServer(stack, `${name}-server`, {
      network,
      keyFile: lab.keyFile,
      architecture,
      address: lab.address(name),
    });
  const monitoring = new Monitoring(stack, "monitoring", {
    technicians: [`${lab.gateway}/32`],
    logAgent: LogAgent.promtail(),
  });
  const hub = new MonitoringHost(stack, "hub", { monitoring, server: server("hub") });
  new Prometheus(hub, "prometheus");
  new Loki(hub, "loki");
  if (members.app)
    new MonitoredServer(stack, "app", {
      monitoring,
      server: server("app"),
      logs: [LogSource.files("numbers", { paths: ["/srv/numbers/*.log"] })],
      exporters: [{ job: "database", port: 9187 }],
    });
  tree.synth();
  const cwd = join(project, "cdktf.out", "stacks", "test");
  const init = await run(terraformName(), ["init", "-input=false", "-no-color"], { cwd });
  if (init.code !== 0) throw new Error(init.stderr);
  const began = Date.now();
  const seconds = (): number => (Date.now() - began) / 1000;
  const child = spawn(terraformName(), ["apply", "-auto-approve", "-input=false", "-no-color"], {
    cwd,
    detached: true,
  });
  const timeline: string[] = [];
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      timeline.push(...lines.map((line) => `${seconds().toFixed(1).padStart(6)} s  ${line}`));
    });
  const ended = new Promise<Outcome & { seconds: number }>((done) => {
    child.on("close", (code) => {
      done({ code, output, seconds: seconds() });
    });
  });
  const interrupt = (): void => {
    process.kill(-(child.pid ?? 0), "SIGINT");
  };
  return { interrupt, timeline, ended };
}

/** Returns how long a unit of `app` took to stop, without the time that this machine took to start the command. */
function secondsOfStop(unit: string): number {
  const microseconds = (event: string): number =>
    Number(lab.on("app", `systemctl show --property=${event}TimestampMonotonic --value ${unit}`));
  return (microseconds("InactiveEnter") - microseconds("ActiveExit")) / 1e6;
}

/** Deploys with or without `app`, and returns the seconds that this took. */
async function deploy(members: { readonly app: boolean }): Promise<Outcome & { readonly seconds: number }> {
  const { timeline, ended } = await start(members);
  const outcome = await ended;
  // The steps that show where the time goes.
  const steps = timeline.filter((line) => /complete after|\(local-exec\): (leave|members|\S+ +(app|hub) )/.test(line));
  console.log(`${members.app ? "with" : "without"} app: ${outcome.seconds.toFixed(1)} s\n${steps.join("\n")}`);
  return outcome;
}

async function expectDeploy(members: { readonly app: boolean }): Promise<Outcome & { readonly seconds: number }> {
  const outcome = await deploy(members);
  requireSuccess(outcome);
  return outcome;
}

/** Lists the files, units, users, tables and open ports of components on `app`, and failed units. */
function traces(): string {
  return lab.on(
    "app",
    `ls -d /etc/cdktf-monitoring /opt/cdktf-monitoring /etc/log_agent 2>/dev/null
     systemctl list-unit-files --no-legend 'node_exporter*' 'log_agent*'
     systemctl list-units --all --no-legend 'node_exporter*' 'log_agent*'
     systemctl --failed --no-legend
     getent passwd node_exporter log_agent
     nft list tables | grep cdktf
     ss -Hltn 'sport = :9100 or sport = :9080'; true`,
  );
}

beforeAll(async () => {
  await lab.create();
  numbers.install();
  numbers.start();
  await expectDeploy({ app: true });
  await prometheus.waitForTargets(...ALL_UP);
  await until("the first lines", 30, async () => (await loki.lines('{job="numbers"}')).length > 0);
}, DEPLOY_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(project, { recursive: true, force: true });
}, DEPLOY_TIMEOUT);

test(
  "a server leaves within seconds, after its log agent has sent the lines that were written before",
  async () => {
    const written = numbers.written();
    const { output, seconds } = await expectDeploy({ app: false });
    expect(traces()).toBe("");
    expect(await numbers.faultsUpTo(written, loki)).toEqual(NO_FAULTS);
    expect(output).toContain("port 9187 (database) of app is no longer protected by this firewall");
    expect(seconds).toBeLessThan(60);
    await prometheus.waitForTargets(...WITHOUT_APP);
  },
  DEPLOY_TIMEOUT,
);

test(
  "a server that comes back is monitored again without a manual step, and no line is lost or sent twice",
  async () => {
    await expectDeploy({ app: true });
    await prometheus.waitForTargets(...ALL_UP);
    numbers.stop();
    expect(await numbers.faults(loki)).toEqual(NO_FAULTS);
    expect(lab.on("app", "systemctl --failed --no-legend")).toBe("");
  },
  DEPLOY_TIMEOUT,
);

test(
  "a log agent stops within ten seconds while Loki is down, and no line is lost or sent twice",
  async () => {
    numbers.start();
    await pause(3);
    lab.on("hub", "systemctl stop loki");
    await pause(3);
    lab.on("app", "systemctl stop log_agent");
    expect(secondsOfStop("log_agent")).toBeLessThan(10);
    lab.on("hub", "systemctl start loki");
    lab.on("app", "systemctl start log_agent");
    await pause(3);
    numbers.stop();
    expect(await numbers.faults(loki)).toEqual(NO_FAULTS);
  },
  DEPLOY_TIMEOUT,
);

test.each([5, 30])(
  "a log agent that restarts while Loki is down for %d s loses and duplicates no line",
  async (down) => {
    numbers.start();
    await pause(3);
    lab.on("hub", "systemctl stop loki");
    await pause(2);
    lab.on("app", "systemctl restart --no-block log_agent");
    await pause(down - 2);
    lab.on("hub", "systemctl start loki");
    numbers.stop();
    expect(await numbers.faults(loki)).toEqual(NO_FAULTS);
  },
  DEPLOY_TIMEOUT,
);

test(
  "a removal that was interrupted is completed by the next deploy, even if the server with Loki is unreachable",
  async () => {
    // GIVEN
    const { interrupt, timeline, ended } = await start({ app: false });
    await until("the uninstall", 120, () => timeline.some((line) => /departure.*Provisioning with/.test(line)));
    await pause(2);
    interrupt();
    expect(await ended).not.toMatchObject({ code: 0 });
    lab.on("hub", "systemctl stop ssh loki; pkill -x sshd || true");

    // WHEN
    const { code } = await deploy({ app: false });

    // THEN
    expect(code).not.toBe(0);
    expect(traces()).toBe("");
    lab.on("hub", "systemctl start ssh loki");
    await expectDeploy({ app: false });
    await prometheus.waitForTargets(...WITHOUT_APP);
  },
  2 * DEPLOY_TIMEOUT,
);
