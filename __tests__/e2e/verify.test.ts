import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../tools/cli/common";
import { eventually, Outcome, Project } from "../support/project";

/** A deploy from nothing takes a minute on a slow machine, a look some seconds; in milliseconds. */
const DEPLOY = 300_000;
const LOOK = 120_000;
const SERVERS = ["app", "hub"];
const STRANGER = "e2e-verify-stranger";
const project = new Project("e2e-verify", "198.18.144.0/20");
/** The servers' addresses, by name. */
const address: Record<string, string> = {};

const verify = (...options: string[]): Promise<Outcome> => project.npm("verify", options);

/** What each line of the promises begins with. */
const promises = (text: string): string[] =>
  [...text.matchAll(/^ {2}ok +([^:]+):/gm)].map(([, promise = ""]) => promise);

async function expectAllFine(): Promise<void> {
  const { code, output } = await verify();
  expect(output).toContain("All is as it should be.");
  expect(code).toBe(0);
}

/** Whether a container that belongs to nobody can connect. */
function strangerReaches(server: string, port: number): boolean {
  const program = `
import socket
knock = socket.socket()
knock.settimeout(1)
print(knock.connect_ex(("${address[server] ?? ""}", ${port})) == 0)`;
  return project.docker("exec", STRANGER, "python3", "-c", program) === "True";
}

/** All that may tell on a server that somebody was there. */
const traces = (server: string): string =>
  project.on(
    server,
    "find /etc /opt /root /tmp /usr /var/lib -xdev -printf '%p %i %C@\\n' | grep -vE '^/var/lib/monitoring/|^/tmp/systemd-private-' | sort | md5sum",
  );

beforeAll(async () => {
  // On one of the servers all is closed that nobody needs, SSH for the others too.
  project.edit("main.ts", (text) =>
    text
      .replace("server: servers.app,", "server: servers.app, firewall: FirewallMode.STRICT,")
      .replace("  IServer,", "  FirewallMode,\n  IServer,"),
  );
  await project.up();
  const inspect = (format: string): string => project.docker("inspect", "--format", format, "e2e-verify-hub");
  for (const server of SERVERS) address[server] = project.on(server, "hostname -I").split(" ")[0] ?? "";
  project.docker(
    ...["run", "--rm", "--detach", "--name", STRANGER, "--network", "e2e-verify", "--entrypoint", "sleep"],
    ...[inspect("{{.Config.Image}}"), "infinity"],
  );
}, DEPLOY);

afterAll(async () => {
  project.docker("rm", "--force", STRANGER);
  await project.end();
}, DEPLOY);

test(
  "after a deploy all is as it should be, by two looks at once, which leave nothing",
  async () => {
    const before = [project.runTimes, ...SERVERS.map(traces)];
    const [{ code, output }, other] = await Promise.all([verify(), verify("--json")]);
    expect(output.split("\n").filter((line) => line.startsWith("  ok"))).toEqual([
      expect.stringMatching(
        /placement: .*: alertmanager \S+, grafana \S+, loki \S+, prometheus \S+ on hub; log_agent \S+, node_exporter \S+ on app and hub$/,
      ),
      expect.stringContaining("Grafana shows of 2 servers: CPU of 2, memory of 2, disk of 2"),
      expect.stringMatching(
        /logs: 1 Loki; SSH logins of 2 of 2 servers; newest lines of .*prometheus \(application\) /,
      ),
      expect.stringMatching(/dashboards: 1 Grafana; .*, of Alertmanager, Loki, Prometheus; panels with data: /),
      expect.stringContaining("targets: 8 of 8 up"),
      expect.stringContaining("alerts: 1 Alertmanager; nobody is told, for the monitoring has no receivers"),
      expect.stringContaining("firewalls: loaded as deployed, and at boot: 2 of 2 servers"),
      expect.stringMatching(/exporters: reached by .* only: 2 servers, \d+ probes .*, 0 differences$/),
      expect.stringMatching(
        /Prometheus: reached by Alertmanager, Grafana, its like and technicians only: 1 server, \d+ probes .*, 0 differences$/,
      ),
      expect.stringMatching(
        /Alertmanager: reached by Prometheus, Grafana, Loki, its like and technicians only: 1 server, \d+ probes .*, 0 differences$/,
      ),
      expect.stringMatching(/Loki: reached by .* only: 1 server, \d+ probes .*, 0 differences$/),
      expect.stringMatching(
        /Grafana: reached by Prometheus and technicians only: 1 server, \d+ probes .*, 0 differences$/,
      ),
      expect.stringMatching(/all that is tried: 10 ports .*, 0 differences$/),
      expect.stringMatching(
        /after a reboot: 8 of 8 services start by themselves and 2 of 2 firewalls .*; no drill has/,
      ),
    ]);
    expect(promises(output)).toEqual(promises(readFileSync(join(projectRoot, "docs/guides/testing.md"), "utf8")));
    expect(output).toMatch(/^app.* -> +hub +tcp\/9090 +prometheus_http +closed +filtered/m);
    expect(output).toMatch(/^hub +-> +app +tcp\/9100 +node_exporter_http +open +open/m);
    expect(output).toMatch(/^hub +-> +app +tcp\/22 +ssh +closed +filtered/m);
    expect([code, other.code]).toEqual([0, 0]);
    expect(JSON.parse(other.output)).toMatchObject({ status: 0, monitorings: { "": { differences: [] } } });
    expect([project.runTimes, ...SERVERS.map(traces)]).toEqual(before);
    expect(readdirSync(project.state("in-flight"))).toEqual([]);
  },
  LOOK,
);

test("somebody who belongs to nobody reaches none of the ports", () => {
  expect(strangerReaches("app", 9100)).toBe(false);
  expect(strangerReaches("hub", 9100)).toBe(false);
  expect(strangerReaches("hub", 9090)).toBe(false);
});

test(
  "a firewall that is gone is told, with the command that brings it back",
  async () => {
    project.on("app", "nft delete table inet cdktf_monitoring");
    expect(strangerReaches("app", 9100)).toBe(true);
    expect(strangerReaches("hub", 9090)).toBe(false);
    const { code, output } = await verify();
    expect(output).toContain("the firewall's table is not loaded on app: its ports are open to all");
    expect(output).toMatch(
      /hub -> app tcp\/22 \(ssh\): should be closed, is open\n.*npm run play firewall -- --limit app/,
    );
    expect(output).toContain("Not all is as it should be.");
    expect(code).toBe(1);

    const played = await project.npm("play", ["firewall"]);
    expect(played.code).toBe(0);
    expect(strangerReaches("app", 9100)).toBe(false);
    await expectAllFine();
  },
  LOOK,
);

test(
  "a port that was opened by hand is told, and so is something else in place of an exporter",
  async () => {
    // GIVEN
    project.on("hub", "nft insert rule inet cdktf_monitoring ports tcp dport 9090 accept");
    const listen = 'import socket; s = socket.create_server(("", 9100))\nwhile True: s.accept()[0].close()';
    project.on("app", `systemctl stop node_exporter; systemd-run --quiet --unit=other python3 -c '${listen}'`);
    const query = `http://${address.hub ?? ""}:9090/api/v1/query?query=${encodeURIComponent('up{instance="app"} == 0')}`;
    await eventually("Prometheus misses the exporter", 30, async () =>
      (await (await fetch(query)).text()).includes('"instance":"app"') ? true : undefined,
    );

    // WHEN
    const { code, output } = await verify();

    // THEN
    expect(output).toContain("app -> hub tcp/9090 (prometheus_http): should be closed, is open");
    expect(output).toContain("somebody changed the firewall's table on hub: npm run play firewall -- --limit hub");
    expect(output).toContain("the target node/app is down");
    expect(output).toMatch(/DIFFERS +Prometheus: reached by Alertmanager, Grafana, its like and technicians only/);
    expect(output).toMatch(/DIFFERS +targets: 7 of 8 up/);
    expect(code).toBe(1);
  },
  LOOK,
);

test(
  "a service that was stopped, one that does not start at boot, and one that is where none should be are told",
  async () => {
    // GIVEN
    project.on("hub", "systemctl disable --quiet --now alertmanager");
    project.on("app", "sed s/9100/9999/ /etc/systemd/system/node_exporter.service > /etc/systemd/system/loki.service");

    // WHEN
    const { code, output } = await verify();

    // THEN
    expect(output).toContain(
      "alertmanager does not run on hub: it is inactive\n      npm run play alertmanager -- --limit hub",
    );
    expect(output).toContain("alertmanager on hub does not start at boot");
    expect(output).toContain(
      "loki is on app, where the code has none\n      npm run play cleanup -- --limit app --force",
    );
    expect(output).toMatch(/DIFFERS +placement: .*alertmanager on 0 of 1 server/);
    expect(output).toMatch(/DIFFERS +after a reboot: 7 of 8 services/);
    expect(code).toBe(1);
    project.on("app", "rm /etc/systemd/system/loki.service");
    const played = await project.npm("play", ["alertmanager", "--limit", "hub", "--force"]);
    expect(played.code).toBe(0);
  },
  2 * LOOK,
);

test(
  "after all servers have booted anew all is as it should be",
  async () => {
    project.docker("restart", "--time", "5", ...SERVERS.map((server) => `e2e-verify-${server}`));
    const output = await eventually("all that they promise", 120, async () => {
      const looked = await verify();
      return looked.code === 0 ? looked.output : undefined;
    });
    expect(output).toMatch(/ok +after a reboot: 8 of 8 services .* \(the last boot was \d+ s ago\)/);
    expect(strangerReaches("app", 9100)).toBe(false);
  },
  LOOK,
);

test(
  "a server that does not answer is named, and is not taken for one that is fine",
  async () => {
    project.docker("stop", "--time", "5", "e2e-verify-app");
    const { code, output } = await verify();
    expect(output).toContain("Not measured\n  app: ssh: connect to host");
    expect(output).toMatch(/NOT MEASURED +firewalls: loaded as deployed, and at boot: 1 of 2 servers/);
    expect(output).toMatch(/^this machine +-> +hub +tcp\/9090 +prometheus_http +open +open/m);
    expect(code).toBe(2);
  },
  LOOK,
);

test("a stack that was not deployed is not one that differs", async () => {
  const { code, output } = await verify("--stack", "nowhere");
  expect(output).toContain('the stack "nowhere" was not deployed from here');
  expect(code).toBe(2);
});
