import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readManifest, sourceDirectory } from "../../tools/local/source";
import { sha256File } from "../../tools/local/files";
import { stopIdleEngine } from "../../tools/local/engine";
import { architecture } from "../support/lab";
import { LogEntry, LokiApi } from "../support/loki";
import { PrometheusApi } from "../support/prometheus";
import { Project, requireSuccess } from "../support/project";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes some minutes; what it may take at most, in milliseconds. */
const DEPLOY = 600_000;
/** An archive of Alloy, for it cannot be built from its Go module: `alloy-<version>.linux-<architecture>.tar.gz`. */
const { CDKTF_MONITORING_ALLOY: ALLOY } = process.env;

const project = new Project("e2e-logs", "198.18.0.0/20");
let loki: LokiApi;

/** The stack: what watches on one server, nginx and an application with numbered lines on another. */
const PROGRAM = `
import { App, TerraformStack } from "cdktf";
import { join } from "node:path";
import { Alertmanager, Grafana, LocalNetwork, LocalServer, LogAgent, LogFormat, LogSource, Loki, MonitoredServer, Monitoring, MonitoringHost, PlaybookRun, Prometheus } from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new LocalNetwork(stack, "network", { prefix: process.env.LOCAL_PREFIX, subnet: process.env.LOCAL_SUBNET });
const logAgent = LogAgent.named(process.env.LOG_AGENT ?? "");
const monitoring = new Monitoring(stack, "monitoring", { technicians: [network.gateway], logAgent });
const hub = new MonitoringHost(stack, "hub", { monitoring, server: new LocalServer(stack, "hub-server", { network, name: "hub" }) });
new Prometheus(hub, "prometheus");
new Alertmanager(hub, "alertmanager");
new Grafana(hub, "grafana");
if (process.env.LOKI !== "no") new Loki(hub, "loki");
const server = new MonitoredServer(stack, "app", {
  monitoring,
  server: new LocalServer(stack, "app-server", { network, name: "app" }),
  logs: [
    LogSource.nginx(),
    LogSource.files("numbers", { paths: ["/srv/numbers/*.log"] }),
    LogSource.files("typo", { paths: ["/srv/nubmers/*.log"] }),
    LogSource.files("shop", { paths: ["/srv/shop/*.log"], format: LogFormat.JSON }),
  ],
});
new PlaybookRun(monitoring, "site", { playbook: join(__dirname, "examples", "site", "site.yml"), hosts: [server] });
app.synth();
`;

/** An application that writes ten numbered lines a second, and opens its file again when it is told to, as nginx does. */
const WRITER = `
import datetime, signal, sys, time
path = "/srv/numbers/numbers.log"
file = open(path, "a", buffering=1)
def reopen(*_):
    global file
    file.close()
    file = open(path, "a", buffering=1)
signal.signal(signal.SIGUSR1, reopen)
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
number = int(sys.argv[1])
while not stop:
    number += 1
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")
    file.write(f"{now} INFO line {number}\\n")
    time.sleep(0.1)
`;

const LOGROTATE = `
/srv/numbers/numbers.log {
  rotate 9
  create 0640 www-data adm
  postrotate
    systemctl kill --kill-whom=main --signal=USR1 numbers.service
  endscript
}
`;

async function deploy(agent: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, output } = await project.npm("up", [], { LOG_AGENT: agent, ...channel(), ...environment });
  if (code !== 0) throw new Error(output);
  const [address = ""] = project.on("hub", "hostname -I").split(" ");
  loki = new LokiApi(`http://${address}:3100`);
  return output;
}

/** The channel \`source\` with the archive of Alloy that was handed over. */
function channel(): Record<string, string> {
  return ALLOY === undefined ? {} : { CDKTF_MONITORING_SOURCE: join(project.directory, ".archives") };
}

async function addAlloy(archive: string): Promise<void> {
  const folder = join(project.directory, ".archives");
  mkdirSync(folder);
  const manifest = readManifest(sourceDirectory());
  for (const { file } of Object.values(manifest)) copyFileSync(join(sourceDirectory(), file), join(folder, file));
  const file = basename(archive);
  copyFileSync(archive, join(folder, file));
  const [, version = ""] = /^alloy-(.+)\.linux-/.exec(file) ?? [];
  const sha256 = { [architecture]: await sha256File(archive) };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, alloy: { version, file, sha256 } }));
}

/** The newest line that a selector finds. */
async function found(what: string, selector: string, seconds = 15): Promise<LogEntry> {
  return eventually(what, seconds, async () => (await loki.entries(selector)).at(-1));
}

/** Writes a file on a server. */
function write(server: string, path: string, content: string): void {
  project.on(
    server,
    `mkdir -p ${dirname(path)} && echo ${Buffer.from(content).toString("base64")} | base64 -d > ${path}`,
  );
}

/** A metric of a server's agent, summed over its series; 0 where there is none. */
function metric(server: string, name: string): number {
  const text = project.on(
    server,
    `curl -s http://$(hostname -I | cut -d' ' -f1):9080/metrics | grep '^${name}' || true`,
  );
  return text
    .split("\n")
    .filter(Boolean)
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** The application with numbered lines. */
class Numbers {
  private last = 0;

  /** Begins to write, after the last number that was written. */
  public start(): void {
    project.on("app", `systemd-run --quiet --unit=numbers --uid=www-data python3 /srv/writer.py ${this.last}`);
  }

  /** Stops, and answers how many lines were written in all. */
  public stop(): number {
    project.on("app", "systemctl stop numbers");
    this.last = Number(
      project.on(
        "app",
        "cat $(ls -t /srv/numbers/numbers.log* ) | grep -o 'line [0-9]*' | cut -d' ' -f2 | sort -n | tail -1",
      ),
    );
    return this.last;
  }

  public rotate(): void {
    project.on("app", "logrotate --force --state /tmp/rotate.state /etc/numbers.conf");
  }

  /** Waits until the last line is in Loki, and answers which are not there, and which twice. */
  public async faults(): Promise<{ readonly missing: number[]; readonly doubled: number[] }> {
    const { last } = this;
    const numbers = async (): Promise<number[]> =>
      (await loki.lines('{job="numbers",instance="app"}')).map((line) => Number(line.split(" ").at(-1)));
    await eventually(`line ${last}`, 60, async () => ((await numbers()).includes(last) ? true : undefined));
    const all = (await numbers()).sort((a, b) => a - b);
    const missing = Array.from({ length: last }, (_, index) => index + 1).filter((number) => !all.includes(number));
    const doubled = all.filter((number, index) => all.indexOf(number) < index);
    return { missing, doubled };
  }
}

const numbers = new Numbers();
/** What a test may take that does not deploy, in milliseconds. */
const SOON = 120_000;
const NONE = { missing: [], doubled: [] };
const pause = async (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

beforeAll(async () => {
  writeFileSync(join(project.directory, "main.ts"), PROGRAM);
  if (ALLOY !== undefined) await addAlloy(ALLOY);
  // Before there are agents: what they may read of it is a matter of access control lists.
  await deploy("promtail", { LOKI: "no" });
  write("app", "/srv/writer.py", WRITER);
  write("app", "/etc/numbers.conf", LOGROTATE);
  project.on(
    "app",
    "install -d -m 750 -o www-data -g www-data /srv/numbers && install -d -m 700 -o root -g root /srv/shop",
  );
}, 2 * DEPLOY);

afterAll(async () => {
  await project.npm("down");
  await stopIdleEngine();
  project.remove();
}, DEPLOY);

describe.each(ALLOY === undefined ? ["promtail"] : ["promtail", "alloy"])("with %s", (agent) => {
  test(
    "all is deployed",
    async () => {
      await expect(deploy(agent)).resolves.toContain("Apply complete!");
    },
    2 * DEPLOY,
  );

  test.each([
    ["2xx", "/"],
    ["4xx", "/missing"],
    ["5xx", "/error"],
  ])(
    "a request that is answered by %s is found within 15 s, with its own time",
    async (statusClass, path) => {
      const mark = `${agent}-${statusClass}`;
      project.on("app", `curl -s -o /dev/null 'http://127.0.0.1${path}?${mark}'`);
      const { labels, time, line } = await found(
        path,
        `{instance="app",monitoring="monitoring",job="nginx",kind="access",status_class="${statusClass}",method="GET"} |= "${mark}"`,
      );
      expect(
        Object.keys(labels)
          .filter((name) => !name.startsWith("__") && name !== "service_name")
          .sort(),
      ).toEqual(
        [
          "filename",
          "instance",
          "job",
          "kind",
          "method",
          "monitoring",
          "status_class",
          ...(labels.detected_level === undefined ? [] : ["detected_level"]),
        ].sort(),
      );
      const [, day = "", clock = ""] = /\[([^:]+):(\S+) \+0000\]/.exec(line) ?? [];
      expect(time).toBe(Date.parse(`${day.replaceAll("/", " ")} ${clock} UTC`));
    },
    SOON,
  );

  test(
    "a failed login by SSH and a denied sudo are found",
    async () => {
      const user = `nobody-${agent}`;
      project.on(
        "hub",
        `ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o ConnectTimeout=5 ${user}@${addressOf("app")} true || true`,
      );
      const { line } = await found("the login", `{instance="app",job="sshd",kind="audit"} |= "Invalid user ${user}"`);
      expect(line).toContain(addressOf("hub"));
      project.on(
        "app",
        `id bob >/dev/null 2>&1 || useradd bob
      printf 'Defaults:bob !authenticate\\nbob ALL=(root) /bin/true\\n' > /etc/sudoers.d/bob
      su bob -c 'sudo -n /bin/true'`,
      );
      // The first entry of a user makes a journal of the user's own, which readers find a moment later.
      await pause(2);
      project.on("app", `su bob -c 'sudo -n /bin/ls /${agent}' || true`);
      const denied = await found("the denial", `{instance="app",job="sudo",kind="audit"} |= "/bin/ls /${agent}"`);
      expect(denied.line).toContain("bob : command not allowed");
      expect(denied.labels.level).toBe("critical");
    },
    SOON,
  );

  test.each(["prometheus", "alertmanager", "grafana", "loki", "node_exporter"])(
    "the logs of %s are found",
    async (job) => {
      await expect(found(job, `{instance="hub",job="${job}",level=~".+"}`, 60)).resolves.toBeDefined();
    },
    SOON,
  );

  test("the agent is not root, and is let into folders that are closed to others", () => {
    project.on(
      "app",
      "systemctl is-active --quiet numbers || { chmod 750 /srv/numbers; chown -R www-data:www-data /srv/numbers; }",
    );
    expect(project.on("app", "getfacl --omit-header --absolute-names /srv/numbers")).toContain("user:log_agent:r-x");
    expect(project.on("app", "systemctl show --property=User --value log_agent")).toBe("log_agent");
  });

  test(
    "no line is lost and none doubled by a rotation in the midst of traffic",
    async () => {
      numbers.start();
      for (let round = 0; round < 3; round += 1) {
        await pause(10);
        numbers.rotate();
      }
      await pause(10);
      numbers.stop();
      expect(await numbers.faults()).toEqual(NONE);
    },
    DEPLOY,
  );

  test(
    "nor by an agent that is killed",
    async () => {
      numbers.start();
      await pause(15);
      project.on("app", "systemctl kill --signal=KILL log_agent");
      await pause(10);
      project.on("app", "systemctl is-active log_agent");
      numbers.stop();
      expect(await numbers.faults()).toEqual(NONE);
    },
    DEPLOY,
  );

  test(
    "nor by a restart, nor by a minute without Loki",
    async () => {
      numbers.start();
      await pause(5);
      project.on("app", "systemctl restart log_agent");
      await pause(5);
      project.on("hub", "systemctl stop loki");
      await pause(60);
      project.on("hub", "systemctl start loki");
      await pause(5);
      numbers.stop();
      expect(await numbers.faults()).toEqual(NONE);
    },
    DEPLOY,
  );

  test(
    "bad input is counted, and what comes after it is found",
    async () => {
      const unparsed = metric("app", "log_agent_unparsed_lines_total");
      const cut = (): number =>
        metric("app", agent === "alloy" ? "loki_process_truncated_fields_total" : "promtail_mutated_entries_total");
      const before = cut();
      const drops = agent === "alloy" ? "loki_write_dropped_entries_total" : "promtail_dropped_entries_total";
      const dropped = metric("app", drops);
      project.on(
        "app",
        `head -c 65536 /dev/urandom >> /srv/shop/shop.log; echo >> /srv/shop/shop.log
      echo '{"time":"yesterday","level":"error","message":"bad time ${agent}"}' >> /srv/shop/shop.log
      head -c 300000 /dev/zero | tr '\\0' x >> /srv/shop/shop.log; echo >> /srv/shop/shop.log
      echo '{"time":"'$(date --utc --date '+2 hours' +%FT%T.%NZ)'","level":"error","message":"ahead ${agent}"}' >> /srv/shop/shop.log
      echo '{"time":"'$(date --utc +%FT%T.%NZ)'","level":"WARN","message":"good ${agent}"}' >> /srv/shop/shop.log`,
      );
      await found("the good line", `{job="shop",level="warning"} |= "good ${agent}"`);
      await found("the line without a time", `{job="shop",level="error"} |= "bad time ${agent}"`);
      expect(metric("app", "log_agent_unparsed_lines_total")).toBeGreaterThan(unparsed);
      expect(cut()).toBeGreaterThan(before);
      expect(metric("app", drops)).toBeGreaterThan(dropped);
      const prometheus = new PrometheusApi(`http://${addressOf("hub")}:9090`);
      await eventually("an alert of what Loki refused", 90, async () =>
        (await prometheus.value('ALERTS{alertname="LogLinesDropped",instance="app"}')) === 1 ? true : undefined,
      );
    },
    SOON,
  );

  test(
    "npm run verify names what a source reads that is not there, and finds all else well",
    async () => {
      const outcome = await project.npm("verify", [], { LOG_AGENT: agent, ...channel() });
      requireSuccess(outcome);
      expect(outcome.output).toContain('app: there is no file /srv/nubmers/*.log, which the log source "typo" reads');
      expect(outcome.output.match(/there is no file/g)).toHaveLength(1);
    },
    SOON,
  );

  test(
    "what others put among the drop-ins is read without a restart",
    async () => {
      const started = project.on("app", "systemctl show --property=ExecMainStartTimestampMonotonic log_agent");
      write("app", `/var/log/extra-${agent}.log`, "a line\n");
      write(
        "app",
        `/etc/log_agent/targets/extra-${agent}.yml`,
        `- targets: [localhost]\n  labels: {__path__: /var/log/extra-${agent}.log, job: extra, kind: application, parser: plain}\n`,
      );
      await found("the line", `{job="extra",filename="/var/log/extra-${agent}.log"}`, 60);
      expect(project.on("app", "systemctl show --property=ExecMainStartTimestampMonotonic log_agent")).toBe(started);
    },
    SOON,
  );

  test(
    "a second run changes nothing",
    async () => {
      const files = (): string =>
        project.on(
          "app",
          "find /etc/log_agent /etc/systemd/system/log_agent.service /opt/cdktf-monitoring /srv/numbers -printf '%p %i %T@ %m %u:%g\\n' | sort; getfacl -R /srv/numbers 2>/dev/null; systemctl show --property=MainPID,ExecMainStartTimestampMonotonic log_agent",
        );
      const before = files();
      const { code } = await project.npm("play", ["log_agent", "--force"], { LOG_AGENT: agent, ...channel() });
      expect(code).toBe(0);
      expect(project.result("log_agent").app).toMatchObject({ touched: true, changed: 0 });
      expect(files()).toBe(before);
    },
    DEPLOY,
  );
});

if (ALLOY === undefined)
  // eslint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- reported as skipped
  test.skip("with alloy: CDKTF_MONITORING_ALLOY names no archive of it", () => undefined);

test(
  "without a Loki the agents are removed, and what they were let read is closed",
  async () => {
    await deploy("promtail", { LOKI: "no" });
    expect(project.on("app", "ls /etc/log_agent /etc/systemd/system/log_agent.service 2>&1 || true")).not.toMatch(
      /promtail|alloy|service$/,
    );
    expect(project.on("app", "getfacl --absolute-names -R /srv/numbers")).not.toContain("log_agent");
  },
  DEPLOY,
);

function addressOf(server: string): string {
  return project.on(server, "hostname -I").split(" ")[0] ?? "";
}
