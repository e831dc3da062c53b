import { App, LocalBackend, TerraformStack } from "cdktf";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Alertmanager,
  ExistingNetwork,
  ExistingServer,
  Grafana,
  LogAgent,
  Loki,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  Prometheus,
  Receiver,
  Secret,
} from "../../constructs";
import { run } from "../../tools/cli/process";
import { terraformName } from "../../tools/cli/terraform-name";
import { AlertmanagerApi } from "../support/alertmanager";
import { GrafanaApi } from "../support/grafana";
import { architecture, Lab } from "../support/lab";
import { LocalUser } from "../support/local-user";
import { LokiApi } from "../support/loki";
import { DEPLOY_TIMEOUT } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { apiUrl, fetchFrom } from "../support/server-fetch";
import { until } from "../support/wait";

const lab = new Lab("e2e-local-users", "198.18.192.0/20", ["hub", "app"]);
const project = mkdtempSync(join(tmpdir(), "e2e-local-users-project-"));
const prometheus = PrometheusApi.behindGateway(lab, "hub");
const SERVICES = ["alertmanager", "gateway", "grafana", "log_agent", "loki", "node_exporter", "prometheus"];
/** Ports that ask for a login. */
const LOGIN = [22, 3000];
/** The first port that the kernel assigns. Promtail listens for gRPC there, on loopback, and offers no service. */
const EPHEMERAL = 32768;
const LOOPBACK = ["127.0.0.1", "127.1.2.3", "::1"];
const SECRETS = { E2E_PASSWORD: "e2e-secret-password", E2E_URL: "http://198.51.100.1/e2e-secret-url" };
const FOLDERS = "/etc /home /opt /root /run /srv /tmp /usr/local /var /dev/shm";

/** Synthesizes the stack, and deploys it as the user `deploy` of each server. */
async function deploy(): Promise<void> {
  const tree = new App({ outdir: join(project, "cdktf.out") });
  const stack = new TerraformStack(tree, "test");
  new LocalBackend(stack, { path: join(project, "terraform.tfstate") });
  const lan = new ExistingNetwork(stack, "lan");
  const server = (name: string): ExistingServer =>
    new ExistingServer(stack, `${name}-server`, {
      name,
      network: lan,
      address: lab.address(name),
      user: "deploy",
      keyFile: lab.keyFile,
      hostKeys: [readFileSync(lab.knownHosts(name), "utf8").trim().replace(/^\S+ /, "")],
      architecture,
    });
  const monitoring = new Monitoring(stack, "monitoring", {
    technicians: [`${lab.gateway}/32`],
    localUsers: ["alice"],
    logAgent: LogAgent.promtail(),
    receivers: [Receiver.webhook("hook", { url: Secret.fromEnvironment("E2E_URL") })],
  });
  const hub = new MonitoringHost(stack, "hub", { monitoring, server: server("hub") });
  new Prometheus(hub, "prometheus");
  new Alertmanager(hub, "alertmanager");
  new Loki(hub, "loki");
  new Grafana(hub, "grafana", { adminPassword: Secret.fromEnvironment("E2E_PASSWORD") });
  new MonitoredServer(stack, "app", { monitoring, server: server("app") });
  tree.synth();
  const cwd = join(project, "cdktf.out", "stacks", "test");
  for (const command of ["init", "apply -auto-approve"]) {
    const { code, stdout, stderr } = await run(terraformName(), [...command.split(" "), "-input=false", "-no-color"], {
      cwd,
      environment: SECRETS,
    });
    if (code !== 0) throw new Error(stdout + stderr);
  }
}

/** Whether an SSH tunnel of a user leads to the gateway of Prometheus, which redirects from http. */
async function hasTunnel(user: string, host: string): Promise<boolean> {
  const options = [
    "-F",
    "none",
    "-i",
    lab.keyFile,
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
  ];
  const request = "printf 'GET /-/ready HTTP/1.0\\r\\n\\r\\n'; sleep 1";
  const { stdout } = await run("sh", [
    "-c",
    `(${request}) | ssh ${options.join(" ")} -W ${host}:9090 ${user}@${lab.address("hub")}`,
  ]);
  return stdout.includes("308 Permanent Redirect");
}

/** Collects, until the unit is stopped, what a user sees of the processes on a server. */
const WATCH = `while :; do ps -eo args; cat /proc/[0-9]*/environ 2>/dev/null; sleep 0.05; done > /tmp/seen`;

beforeAll(async () => {
  await lab.create();
  for (const name of ["hub", "app"]) {
    for (const user of ["deploy", "alice", "mallory"])
      lab.on(
        name,
        `useradd --create-home --shell /bin/sh ${user} &&
         install -d -o ${user} -m 700 ~${user}/.ssh && install -o ${user} -m 600 ~/.ssh/authorized_keys ~${user}/.ssh`,
      );
    lab.on(name, "echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy");
    lab.on(name, `systemd-run --quiet --unit=watch --uid=nobody sh -c '${WATCH}'`);
  }
  await deploy();
}, DEPLOY_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(project, { recursive: true, force: true });
}, DEPLOY_TIMEOUT);

describe("an unprivileged user", () => {
  const [hub, app] = [lab.address("hub"), lab.address("app")];
  const known = (port: number): boolean => port < EPHEMERAL;

  test("on the monitoring host reaches no port that does not ask for a login", () => {
    const nobody = new LocalUser(lab, "hub");
    expect(nobody.openPorts("hub", [...LOOPBACK, hub]).filter(known)).toEqual(LOGIN);
    expect(nobody.openPorts("app", [app])).toEqual([22]);
    expect(nobody.run(`curl -s -X POST ${hub}:9090/-/reload; curl -s ${hub}:9090/metrics`)).toBe("");
  });

  test("on a member reaches no port that does not ask for a login", () => {
    const nobody = new LocalUser(lab, "app");
    expect(nobody.openPorts("app", [...LOOPBACK, app]).filter(known)).toEqual([22]);
    expect(nobody.openPorts("hub", [hub])).toEqual([22]);
    expect(nobody.run(`curl -s -m 2 ${hub}:3100/ingester/shutdown -w '%{http_code}'`)).toBe("000");
  });

  test("is refused at once", () => {
    const before = Date.now();
    expect(new LocalUser(lab, "app").run(`curl -sS -m 5 ${hub}:3100/ready 2>&1`)).toContain("Couldn't connect");
    expect(Date.now() - before).toBeLessThan(2000);
  });

  test("reaches all of these ports without the rules for users", () => {
    for (const server of ["hub", "app"]) lab.on(server, "nft flush chain inet cdktf_monitoring output");
    const open = new LocalUser(lab, "hub").openPorts("hub", [...LOOPBACK, hub]);
    const remote = new LocalUser(lab, "app").openPorts("hub", [hub]);
    for (const server of ["hub", "app"]) lab.on(server, "systemctl reload cdktf-monitoring-firewall");
    expect(open).toEqual(expect.arrayContaining([3100, 3101, 3180, 9080, 9090, 9093, 9095, 9100]));
    expect(remote).toContain(3100);
    expect(new LocalUser(lab, "app").openPorts("hub", [hub])).toEqual([22]);
  });

  test.each(["hub", "app"])(
    "on %s reads no secret, from files or processes, and reaches no socket of a service",
    (name) => {
      lab.on(name, "systemctl stop watch");
      expect(lab.on(name, "grep -c prometheus /tmp/seen || true")).not.toBe("0");
      const nobody = new LocalUser(lab, name);
      const created = name === "hub" ? [lab.on("hub", "cat /var/lib/monitoring/grafana/secret_key")] : [];
      expect(nobody.readableFiles([...Object.values(SECRETS), ...created], FOLDERS)).toEqual([]);
      const places = `/etc/cdktf-monitoring /var/lib/monitoring ${SERVICES.map((service) => `/etc/${service}`).join(" ")}`;
      expect(nobody.run(`find ${places} -type f -size +0 -not -name require-rules.sh -readable`)).toBe("");
      expect(nobody.run("flock --nonblock /etc/cdktf-monitoring/firewall/lock echo locked")).toBe("");
      expect(nobody.openSockets(SERVICES)).toEqual([]);
    },
  );
});

test(
  "everything that the access graph allows works",
  async () => {
    const jobs = ["node", "log_agent"].flatMap((job) => [`${job}/app: up`, `${job}/hub: up`]);
    await prometheus.waitForTargets(
      ...jobs,
      ...["alertmanager", "gateway", "grafana", "loki", "prometheus"].map((job) => `${job}/hub: up`),
    );
    lab.on("app", "logger --tag sudo 'e2e : COMMAND=/bin/local-users'");
    const loki = LokiApi.behindGateway(lab, "hub");
    await until("the line of app in Loki", 30, async () =>
      (await loki.lines('{instance="app"} |= "local-users"')).some((line) => line.includes("COMMAND=/bin/local-users")),
    );
    const alertmanager = AlertmanagerApi.behindGateway(lab, "hub");
    await until("the alert in Alertmanager", 60, async () => (await alertmanager.alerts()).includes("Watchdog"));
    const grafana = new GrafanaApi(apiUrl("grafana"), SECRETS.E2E_PASSWORD, "admin", fetchFrom(lab, "hub"));
    expect(await grafana.health("prometheus")).toBe("OK");
    expect(await grafana.status("/api/datasources/proxy/uid/loki/loki/api/v1/labels")).toBe(200);
    expect(await grafana.status("/api/datasources/proxy/uid/alertmanager/api/v2/status")).toBe(200);
  },
  DEPLOY_TIMEOUT,
);

test("the numbers of users that runs added are no change to the firewall", () => {
  expect(lab.on("hub", "/usr/bin/python3 -I -S /opt/cdktf-monitoring/drift.py changes firewall")).toBe("");
});

test(
  "SSH tunnels work for the SSH user of the deploy and for named users only",
  async () => {
    for (const host of ["127.0.0.1", lab.address("hub")]) {
      expect(await hasTunnel("root", host)).toBe(true);
      expect(await hasTunnel("deploy", host)).toBe(true);
      expect(await hasTunnel("alice", host)).toBe(true);
      expect(await hasTunnel("mallory", host)).toBe(false);
    }
  },
  DEPLOY_TIMEOUT,
);
