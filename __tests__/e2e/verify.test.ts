import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/project";
import { Outcome, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually, until } from "../support/wait";

/** Timeouts in milliseconds. On a slow machine, a first deploy takes a minute and a verification some seconds. */
const DEPLOY = 300_000;
const VERIFY = 120_000;
const SERVERS = ["app", "hub"];
/** A container in the servers' network that is not a member. */
const OUTSIDER = "e2e-verify-outsider";
const project = new Project("e2e-verify", "198.18.144.0/20");
/** The addresses of the servers, by name. */
const address: Record<string, string> = {};

const verify = (...options: string[]): Promise<Outcome> => project.npm("verify", options);

/** The names of the checks that passed or were skipped. */
const passedChecks = (text: string): string[] =>
  [...text.matchAll(/^ {2}(?:PASS|SKIPPED) {2,}(\S.*?) {2,}/gm)].map(([, name = ""]) => name);

async function expectAllPassed(): Promise<void> {
  const { code, output } = await verify();
  expect(output).toContain("All checks passed.");
  expect(code).toBe(0);
}

/** Whether the container that is not a member can connect. */
function outsiderConnects(server: string, port: number): boolean {
  const program = `
import socket
client = socket.socket()
client.settimeout(1)
print(client.connect_ex(("${address[server] ?? ""}", ${port})) == 0)`;
  return project.docker("exec", OUTSIDER, "python3", "-c", program) === "True";
}

/** The files on each server that a verification could change, each with its inode and the time of its last change. */
const fileStates = (): string[] =>
  SERVERS.flatMap((server) =>
    project
      .on(
        server,
        "find /etc /opt /root /tmp /usr /var/lib -xdev -printf '%p %i %C@\\n' | grep -vE '^/var/lib/monitoring/|^/tmp |^/tmp/systemd-private-'",
      )
      .split("\n")
      .map((line) => `${server} ${line}`),
  );

beforeAll(async () => {
  // Strict mode on one server also closes SSH for the other servers.
  project.edit("main.ts", (text) =>
    text
      .replace("server: servers.app,", "server: servers.app, firewall: FirewallMode.STRICT,")
      .replace("  IServer,", "  FirewallMode,\n  IServer,"),
  );
  await project.up();
  const inspect = (format: string): string => project.docker("inspect", "--format", format, "e2e-verify-hub");
  for (const server of SERVERS) address[server] = project.on(server, "hostname -I").split(" ")[0] ?? "";
  project.docker(
    ...["run", "--rm", "--detach", "--name", OUTSIDER, "--network", "e2e-verify", "--entrypoint", "sleep"],
    ...[inspect("{{.Config.Image}}"), "infinity"],
  );
}, DEPLOY);

afterAll(async () => {
  project.docker("rm", "--force", OUTSIDER);
  await project.end();
}, DEPLOY);

it(
  "passes all checks after a deploy, twice at the same time, and changes nothing on the servers",
  async () => {
    const runs = project.runTimes;
    const before = new Set(fileStates());
    const [{ code, output }, other] = await Promise.all([verify(), verify("--json")]);
    expect(output.split("\n").filter((line) => /^ {2}(PASS|SKIPPED) /.test(line))).toEqual([
      expect.stringMatching(/ placement +9 of 9 services run where the stack places them$/),
      expect.stringMatching(/ server metrics +Grafana shows CPU of 2, memory of 2, disk of 2 of 2 servers$/),
      expect.stringMatching(/ logs +1 Loki: SSH logins of 2 of 2 servers$/),
      expect.stringMatching(/ dashboards +1 Grafana: \d+ dashboards, 3 of 3 data sources answer$/),
      expect.stringMatching(/ scrape targets +1 Prometheus: 9 of 9 up$/),
      expect.stringMatching(/^ {2}SKIPPED +alert delivery +1 Alertmanager: no receivers, so nobody is notified$/),
      expect.stringMatching(/ silences +1 Alertmanager: no silences$/),
      expect.stringMatching(/ firewalls +deployed rules loaded now and at boot on 2 of 2 servers$/),
      expect.stringMatching(/ drift +nothing changed since the last deploy on 2 of 2 servers$/),
      expect.stringMatching(/ certificates +9 certificates, the first ends in 36\d days \(\w+ on \w+\)$/),
      expect.stringMatching(/ encryption +13 ports on 2 servers refuse clients that may not connect \(29 requests\)$/),
      expect.stringMatching(/ node exporter access +only from Prometheus and technicians: 2 servers, \d+ probes \(/),
      expect.stringMatching(/ log agent access +only from Prometheus and technicians: 2 servers, \d+ probes \(/),
      expect.stringMatching(
        / Prometheus access +only from Alertmanager, Grafana, Loki, other Prometheus servers and technicians: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)$/,
      ),
      expect.stringMatching(
        / Alertmanager access +only from Prometheus, Grafana, Loki, other Alertmanager servers and technicians: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)$/,
      ),
      expect.stringMatching(/ Loki access +only from .*: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)$/),
      expect.stringMatching(
        / Grafana access +only from Prometheus and technicians: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)$/,
      ),
      expect.stringMatching(
        / gateway access +only from Prometheus and technicians: 1 server, \d+ probes \(\d+ allowed, \d+ blocked\)$/,
      ),
      expect.stringMatching(/ all ports +20 ports, \d+ sources, \d+ probes \(\d+ allowed, \d+ blocked\)$/),
      expect.stringMatching(/ reboot +9 of 9 services and 2 of 2 firewalls start at boot$/),
    ]);
    expect(output).toMatch(
      /^ +alertmanager \S+, gateway \S+, grafana \S+, loki \S+, prometheus \S+ on hub\n +log_agent \S+, node_exporter \S+ on app and hub$/m,
    );
    expect(output).toMatch(/^ +newest lines: .*prometheus \(application\) /m);
    expect(output).toMatch(/^ +data sources: Alertmanager, Loki, Prometheus\n +panels with data: /m);
    expect(output).toMatch(/^ +last drill: none$/m);
    const documented = readFileSync(join(projectRoot, "docs/guides/testing.md"), "utf8");
    expect(passedChecks(output)).toEqual(passedChecks(documented));
    expect(output).toMatch(/^PASS +app.* -> +hub +tcp\/9090 +prometheus_web +closed +filtered/m);
    expect(output).toMatch(/^PASS +hub +-> +app +tcp\/9100 +node_exporter_http +open +open/m);
    expect(output).toMatch(/^PASS +hub +-> +app +tcp\/22 +ssh +closed +filtered/m);
    expect([code, other.code]).toEqual([0, 0]);
    expect(JSON.parse(other.output)).toMatchObject({ status: 0, monitorings: { "": { failures: [] } } });
    expect(project.runTimes).toEqual(runs);
    expect(fileStates().filter((line) => !before.has(line))).toEqual([]);
    expect(readdirSync(project.state("in-flight"))).toEqual([]);
  },
  VERIFY,
);

test("the ports are closed for a container that is not a member", () => {
  expect(outsiderConnects("app", 9100)).toBe(false);
  expect(outsiderConnects("hub", 9100)).toBe(false);
  expect(outsiderConnects("hub", 9090)).toBe(false);
});

it(
  "fails if a firewall table is missing, and prints the command that restores it",
  async () => {
    project.on("app", "nft delete table inet cdktf_monitoring");
    expect(outsiderConnects("app", 9100)).toBe(true);
    expect(outsiderConnects("hub", 9090)).toBe(false);
    const { code, output } = await verify();
    expect(output).toContain("the firewall table on app is not loaded, so its ports are open to everybody");
    expect(output).toMatch(
      /hub -> app tcp\/22 \(ssh\): expected closed, observed open\n.*cause: the firewall table on app is not loaded\n.*fix: +npm run play firewall -- --limit app\n/,
    );
    expect(output).toMatch(/^\d checks failed: firewalls, .*all ports\. \d+ probes? failed: .* -> app tcp\/\d+/m);
    expect(code).toBe(1);

    const { code: played } = await project.npm("play", ["firewall"]);
    expect(played).toBe(0);
    expect(outsiderConnects("app", 9100)).toBe(false);
    await expectAllPassed();
  },
  VERIFY,
);

it(
  "fails if somebody opened a port, or if another program uses the port of an exporter",
  async () => {
    // GIVEN
    project.on("hub", "nft insert rule inet cdktf_monitoring ports tcp dport 9090 accept");
    const listen = 'import socket; s = socket.create_server(("", 9100))\nwhile True: s.accept()[0].close()';
    project.on("app", `systemctl stop node_exporter; systemd-run --quiet --unit=other python3 -c '${listen}'`);
    const prometheus = PrometheusApi.behindGateway(project, "hub");
    await until("Prometheus marks the exporter as down", 30, async () =>
      (await prometheus.targets()).includes("node/app: down"),
    );

    // WHEN
    const { code, output } = await verify();

    // THEN
    expect(output).toMatch(
      /app -> hub tcp\/9090 \(prometheus_web\): expected closed, observed open\n +cause: the firewall table on hub was changed\n +fix: +npm run play firewall -- --limit hub\n/,
    );
    expect(output).toContain("the target node/app is down");
    expect(output).toMatch(
      /FAIL +Prometheus access +only from Alertmanager, Grafana, Loki, other Prometheus servers and /,
    );
    expect(output).toMatch(/FAIL +scrape targets +1 Prometheus: 8 of 9 up/);
    expect(code).toBe(1);
  },
  VERIFY,
);

it(
  "fails if a service is stopped, does not start at boot, or runs where the stack does not place it",
  async () => {
    // GIVEN
    project.on("hub", "systemctl disable --quiet --now alertmanager");
    project.on("app", "sed s/9100/9999/ /etc/systemd/system/node_exporter.service > /etc/systemd/system/loki.service");

    // WHEN
    const { code, output } = await verify();

    // THEN
    expect(output).toContain(
      "alertmanager does not run on hub (inactive)\n      fix:   npm run play alertmanager -- --limit hub",
    );
    expect(output).toContain("alertmanager on hub does not start at boot");
    expect(output).toContain(
      "loki is installed on app, but the stack does not place it there\n      fix:   npm run play cleanup -- --limit app --force",
    );
    // The node exporter of the server app is still stopped.
    expect(output).toMatch(/FAIL +placement +7 of 9 services run .*\n(.*\n)?.*alertmanager on 0 of 1 server/);
    expect(output).toMatch(/FAIL +reboot +8 of 9 services/);
    expect(code).toBe(1);
    project.on("app", "rm /etc/systemd/system/loki.service");
    const { code: played } = await project.npm("play", ["alertmanager", "--limit", "hub", "--force"]);
    expect(played).toBe(0);
  },
  2 * VERIFY,
);

it(
  "passes all checks after a reboot of all servers",
  async () => {
    project.docker("restart", "--time", "5", ...SERVERS.map((server) => `e2e-verify-${server}`));
    const output = await eventually("all checks pass", 120, async () => {
      const verified = await verify();
      return verified.code === 0 ? verified.output : undefined;
    });
    expect(output).toMatch(/PASS +reboot +9 of 9 services .*\n +last boot: \d+ s ago\n/);
    expect(outsiderConnects("app", 9100)).toBe(false);
  },
  VERIFY,
);

it(
  "does not count checks of an unreachable server as passed",
  async () => {
    project.docker("stop", "--time", "5", "e2e-verify-app");
    const { code, output } = await verify();
    expect(output).toContain("Not measured\n  app: ssh: connect to host");
    expect(output).toMatch(/NOT MEASURED +firewalls +deployed rules loaded now and at boot on 1 of 2 servers/);
    expect(output).toMatch(/^PASS +this machine +-> +hub +tcp\/9090 +prometheus_web +open +open/m);
    expect(output).toMatch(/^No check failed, but \d+ could not be measured: .*firewalls, .*\.$/m);
    expect(code).toBe(2);
  },
  VERIFY,
);

it("exits with 2 for a stack that is not deployed", async () => {
  const { code, output } = await verify("--stack", "nowhere");
  expect(output).toContain('the stack "nowhere" is not deployed from this project');
  expect(code).toBe(2);
});
