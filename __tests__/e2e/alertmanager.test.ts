import { readFileSync } from "node:fs";
import { AlertmanagerApi } from "../support/alertmanager";
import { DEPLOY_TIMEOUT, Project } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { HttpSink } from "../support/sinks";
import { during, eventually, until } from "../support/wait";

/** A secret. It is joined from parts because the project's copy contains this file. */
const SECRET = ["s3cr3t", "path", "of", "a", "webhook"].join("-");
const HOOK = { HOOK_URL: `http://198.18.32.1:9999/${SECRET}` };
const HOSTS = ["hub", "second"] as const;
/** A stack with an Alertmanager on two hosts, Prometheus on the first one, and a third host for a move. */
const STACK = `import { App, TerraformStack } from "cdktf";
import * as c from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new c.LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
  debian: process.env.LOCAL_DEBIAN,
});
const monitoring = new c.Monitoring(stack, "monitoring", {
  technicians: [network.gateway],
  receivers: [c.Receiver.webhook("hook", { url: c.Secret.fromEnvironment("HOOK_URL") })],
  alerts: [],
});
const hosts = ["hub", "second"];
for (const name of ["hub", "second", "third"]) {
  const server = new c.LocalServer(stack, name + "-server", { network, name });
  const host = new c.MonitoringHost(stack, name, { monitoring, server });
  if (name === "hub") new c.Prometheus(host, "prometheus", { evaluationInterval: "1s" });
  if (hosts.includes(name)) new c.Alertmanager(host, "alertmanager", { extraFlags: [] });
}
app.synth();
`;

const project = new Project("e2e-alert", "198.18.32.0/20");
const members: AlertmanagerApi[] = [];

const up = (): Promise<string> => project.up(HOOK);

const fingerprint = (server: string): string =>
  project.fingerprint(
    server,
    ["/etc/prometheus", "/etc/alertmanager", "/etc/systemd/system", "/opt/cdktf-monitoring"],
    ["prometheus", "alertmanager"],
  );

const alertmanagerOn = (server: string): AlertmanagerApi => AlertmanagerApi.behindGateway(project, server);

function pid(server: string): string {
  return project.on(server, "systemctl show --property=MainPID --value alertmanager");
}

/** Waits until each member of the cluster lists all members. */
async function expectCluster(hosts: readonly string[] = HOSTS): Promise<void> {
  const all = hosts.map((name) => `${project.address(name)}:9094`).sort();
  for (const member of hosts.map(alertmanagerOn))
    await until("a cluster of two", 60, async () => (await member.peers()).join() === all.join());
}

beforeAll(async () => {
  project.edit("main.ts", () => STACK);
  await up();
  members.push(...HOSTS.map(alertmanagerOn));
}, 2 * DEPLOY_TIMEOUT);

afterAll(async () => {
  await project.end();
}, DEPLOY_TIMEOUT);

describe("Alertmanagers on two hosts", () => {
  test(
    "form a cluster",
    async () => {
      await expectCluster();
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "both receive alerts from Prometheus",
    async () => {
      const active = await PrometheusApi.behindGateway(project, "hub").alertmanagers();
      expect(active).toEqual(HOSTS.map((name) => `https://${project.address(name)}:9093/api/v2/alerts`).sort());
      for (const member of members)
        await until("the Watchdog", 60, async () => (await member.alerts()).includes("Watchdog"));
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "share silences, and keep them during a restart",
    async () => {
      // GIVEN
      const [first, second] = members;
      const id = await first?.silence("SharedSilence");
      const present = async (member?: AlertmanagerApi): Promise<boolean> =>
        (await member?.silences())?.includes(id ?? "") === true;
      await until("the silence on the other member", 30, () => present(second));
      const before = HOSTS.map(pid);

      // WHEN
      project.edit("main.ts", (text) => text.replace("extraFlags: []", 'extraFlags: ["--log.level=debug"]'));
      await up();

      // THEN
      for (const [index, name] of HOSTS.entries()) expect(pid(name)).not.toBe(before[index]);
      await expectCluster();
      expect(await present(first)).toBe(true);
      expect(await present(second)).toBe(true);
    },
    DEPLOY_TIMEOUT,
  );
});

test(
  "a second deploy runs no playbook",
  async () => {
    const before = project.runTimes;
    expect(await up()).toContain("No changes. Your infrastructure matches the configuration.");
    expect(project.runTimes).toEqual(before);
  },
  DEPLOY_TIMEOUT,
);

test.each(["alertmanager", "prometheus"])(
  "a forced run of %s changes no inode and no start time",
  async (run) => {
    const before = HOSTS.map(fingerprint);
    await project.succeed("play", [run, "--force"], HOOK);
    for (const result of Object.values(project.result(run)))
      expect(result).toMatchObject({ state: "ok", touched: true, changed: 0 });
    expect(HOSTS.map(fingerprint)).toEqual(before);
  },
  DEPLOY_TIMEOUT,
);

describe("a receiver's secret", () => {
  test("is in one file per host that only Alertmanager can read", () => {
    for (const name of HOSTS) {
      const files = project.on(name, `grep -rls ${SECRET} /etc /opt /run /tmp /root /usr/local /var`).split("\n");
      expect(files).toEqual(["/etc/alertmanager/secrets/hook.url"]);
      expect(project.on(name, `stat -c '%a %U:%G' ${files.join(" ")} /etc/alertmanager/secrets`)).toBe(
        "640 root:alertmanager\n750 root:alertmanager",
      );
      expect(
        project.on(name, "stat -c '%a %U:%G' /etc/alertmanager/alertmanager.yml /etc/alertmanager/templates/*"),
      ).toMatch(/^(640 root:alertmanager\n?)+$/);
    }
  });

  test("is in no journal, command line or environment of a process", () => {
    for (const name of HOSTS) {
      const sources =
        "journalctl --no-pager --output=verbose; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null";
      expect(project.on(name, `(${sources}) | tr '\\0' '\\n' | grep -c '[s]3cr3t-path' || true`)).toBe("0");
    }
  });

  test("is in no file that a deploy leaves on the controller", () => {
    expect(project.filesWith(SECRET)).toEqual([]);
  });
});

test(
  "a rule that promtool rejects changes no server, and neither do other changes of the same run",
  async () => {
    // GIVEN
    const before = fingerprint("hub");
    const custom = `c.Alert.custom({ name: "Broken", expr: "vector(1)", severity: c.Severity.WARNING, summary: "s", description: "{{ nosuch $value }}" })`;

    // WHEN
    project.edit("main.ts", (text) =>
      text.replace("alerts: []", `alerts: [${custom}]`).replace('evaluationInterval: "1s"', 'evaluationInterval: "2s"'),
    );
    const { code, output } = await project.npm("up", [], HOOK);

    // THEN
    expect(code).not.toBe(0);
    expect(output).toMatch(/rules\/custom\.yml: .*"Broken".*function "nosuch" not defined/);
    expect(fingerprint("hub")).toBe(before);
    expect(readFileSync(project.state("runs", "prometheus", "result.json"), "utf8")).toContain("nosuch");
  },
  DEPLOY_TIMEOUT,
);

test(
  "one of two Alertmanagers moves with its data while the other one works",
  async () => {
    // GIVEN
    const silence = await members[1]?.silence("BeforeTheMove");
    project.on("second", "echo its own > /var/lib/monitoring/alertmanager/note");
    const hook = new HttpSink();
    await hook.listen("198.18.32.1", 9999);

    // WHEN
    project.edit("main.ts", (text) =>
      text.replace(/alerts: \[.*\]/, "alerts: []").replace('hosts = ["hub", "second"]', 'hosts = ["hub", "third"]'),
    );
    // The other one restarts during the deploy, because it gets a new peer.
    await during(up(), () => eventually("silences of the other one", 5, () => members[0]?.silences()));

    // THEN
    await expectCluster(["hub", "third"]);
    for (const name of ["hub", "third"]) expect(await alertmanagerOn(name).silences()).toContain(silence);
    expect(project.on("third", "cat /var/lib/monitoring/alertmanager/note")).toBe("its own");
    expect(project.on("second", "ls -A /var/lib/monitoring /etc/cdktf-monitoring/* | grep alertmanager || true")).toBe(
      "",
    );
    try {
      await project.succeed("verify", [], HOOK);
    } finally {
      hook.close();
    }
  },
  2 * DEPLOY_TIMEOUT,
);
