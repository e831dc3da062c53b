import { readFileSync } from "node:fs";
import { AlertmanagerApi } from "../support/alertmanager";
import { Outcome, Project, requireSuccess } from "../support/project";
import { HttpSink } from "../support/sinks";
import { during, eventually } from "../support/wait";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
/** In parts, for this file is copied with the project. */
const SECRET = ["s3cr3t", "path", "of", "a", "webhook"].join("-");
const HOOK = { HOOK_URL: `http://198.18.32.1:9999/${SECRET}` };
const HOSTS = ["hub", "second"] as const;
/** Two hosts with an Alertmanager each, on the first one Prometheus, and a host to which one may move. */
const STACK = `import { App, TerraformStack } from "cdktf";
import * as c from "./constructs";

const app = new App();
const stack = new TerraformStack(app, "local");
const network = new c.LocalNetwork(stack, "network", {
  prefix: process.env.LOCAL_PREFIX,
  subnet: process.env.LOCAL_SUBNET,
});
const monitoring = new c.Monitoring(stack, "monitoring", {
  technicians: [network.gateway],
  receivers: [c.Receiver.webhook("hook", { url: c.Secret.fromEnvironment("HOOK_URL") })],
  alerts: [],
});
const homes = ["hub", "second"];
for (const name of ["hub", "second", "third"]) {
  const server = new c.LocalServer(stack, name + "-server", { network, name });
  const host = new c.MonitoringHost(stack, name, { monitoring, server });
  if (name === "hub") new c.Prometheus(host, "prometheus", { evaluationInterval: "1s" });
  if (homes.includes(name)) new c.Alertmanager(host, "alertmanager", { extraFlags: [] });
}
app.synth();
`;

const project = new Project("e2e-alert", "198.18.32.0/20");
const members: AlertmanagerApi[] = [];
let prometheus = "";

function up(): Promise<Outcome> {
  return project.npm("up", [], HOOK);
}

async function expectUp(): Promise<string> {
  const { code, output } = await up();
  requireSuccess({ code, output });
  return output;
}

/** Every file that we own on a server, by inode and time, and when the services started. */
function fingerprint(server: string): string {
  const files =
    "find /etc/prometheus /etc/alertmanager /etc/systemd/system /opt/cdktf-monitoring -printf '%p %i %T@ %C@ %m %u\\n' 2>/dev/null | sort";
  const units =
    "systemctl show --property=Id,MainPID,ActiveEnterTimestampMonotonic,ExecMainStartTimestampMonotonic prometheus alertmanager";
  return project.on(server, `${files}; ${units}`);
}

function address(server: string): string {
  return project.on(server, "hostname -I").trim();
}

const alertmanagerOn = (server: string): AlertmanagerApi => new AlertmanagerApi(`http://${address(server)}:9093`);

function pid(server: string): string {
  return project.on(server, "systemctl show --property=MainPID --value alertmanager");
}

/** Waits until all members see all of them. */
async function expectCluster(hosts: readonly string[] = HOSTS): Promise<void> {
  const all = hosts.map((name) => `${address(name)}:9094`).sort();
  for (const member of hosts.map(alertmanagerOn))
    await eventually("a cluster of two", 60, async () =>
      (await member.peers()).join() === all.join() ? true : undefined,
    );
}

beforeAll(async () => {
  project.edit("main.ts", () => STACK);
  const { code, output } = await up();
  if (code !== 0) throw new Error(output);
  members.push(...HOSTS.map(alertmanagerOn));
  prometheus = `http://${address("hub")}:9090`;
}, 2 * DEPLOY);

afterAll(async () => {
  await project.end();
}, DEPLOY);

describe("Alertmanagers on two hosts", () => {
  test(
    "are a cluster",
    async () => {
      await expectCluster();
    },
    DEPLOY,
  );

  test(
    "are both told by Prometheus, and both have the Watchdog",
    async () => {
      const answer = await fetch(`${prometheus}/api/v1/alertmanagers`);
      const { data } = (await answer.json()) as { data: { activeAlertmanagers: { url: string }[] } };
      const told = data.activeAlertmanagers.map(({ url }) => url).sort();
      expect(told).toEqual(HOSTS.map((name) => `http://${address(name)}:9093/api/v2/alerts`).sort());
      for (const member of members)
        await eventually("the Watchdog", 60, async () =>
          (await member.alerts()).includes("Watchdog") ? true : undefined,
        );
    },
    DEPLOY,
  );

  test(
    "share silences, and keep them when they are restarted",
    async () => {
      // GIVEN
      const [first, second] = members;
      const id = await first?.silence("Watchdog");
      const present = async (member?: AlertmanagerApi): Promise<true | undefined> =>
        (await member?.silences())?.includes(id ?? "") === true ? true : undefined;
      await eventually("the silence at the other member", 30, () => present(second));
      const before = HOSTS.map(pid);

      // WHEN
      project.edit("main.ts", (text) => text.replace("extraFlags: []", 'extraFlags: ["--log.level=debug"]'));
      await expectUp();

      // THEN
      for (const [index, name] of HOSTS.entries()) expect(pid(name)).not.toBe(before[index]);
      await expectCluster();
      expect(await present(first)).toBe(true);
      expect(await present(second)).toBe(true);
    },
    DEPLOY,
  );
});

test(
  "a second deploy runs no playbook",
  async () => {
    const before = project.runTimes;
    expect(await expectUp()).toContain("No changes. Your infrastructure matches the configuration.");
    expect(project.runTimes).toEqual(before);
  },
  DEPLOY,
);

test.each(["alertmanager", "prometheus"])(
  "%s with markers off changes nothing: no inode, no start time",
  async (run) => {
    const before = HOSTS.map(fingerprint);
    const { code, output } = await project.npm("play", [run, "--force"], HOOK);
    requireSuccess({ code, output });
    for (const result of Object.values(project.result(run)))
      expect(result).toMatchObject({ state: "ok", touched: true, changed: 0 });
    expect(HOSTS.map(fingerprint)).toEqual(before);
  },
  DEPLOY,
);

describe("a receiver's secret", () => {
  test("is in one file on each host, which Alertmanager alone may read", () => {
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

  test("is in no journal, nor in what processes were started with", () => {
    for (const name of HOSTS) {
      const said = "journalctl --no-pager --output=verbose; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null";
      expect(project.on(name, `(${said}) | tr '\\0' '\\n' | grep -c '[s]3cr3t-path' || true`)).toBe("0");
    }
  });

  test("is nowhere in what a deploy leaves on this machine", () => {
    expect(project.filesWith(SECRET)).toEqual([]);
  });
});

test(
  "a rule that promtool refuses comes to no server, nor does what would go with it",
  async () => {
    // GIVEN
    const before = fingerprint("hub");
    const custom = `c.Alert.custom({ name: "Broken", expr: "vector(1)", severity: c.Severity.WARNING, summary: "s", description: "{{ nosuch $value }}" })`;

    // WHEN
    project.edit("main.ts", (text) =>
      text.replace("alerts: []", `alerts: [${custom}]`).replace('evaluationInterval: "1s"', 'evaluationInterval: "2s"'),
    );
    const { code, output } = await up();

    // THEN
    expect(code).not.toBe(0);
    expect(output).toMatch(/rules\/custom\.yml: .*"Broken".*function "nosuch" not defined/);
    expect(fingerprint("hub")).toBe(before);
    expect(readFileSync(project.state("runs", "prometheus", "result.json"), "utf8")).toContain("nosuch");
  },
  DEPLOY,
);

test(
  "one of the two moves with its data, while the other one serves",
  async () => {
    // GIVEN
    const silence = await members[1]?.silence("BeforeTheMove");
    project.on("second", "echo its own > /var/lib/monitoring/alertmanager/ours");
    const hook = new HttpSink();
    await hook.listen("198.18.32.1", 9999);

    // WHEN
    project.edit("main.ts", (text) =>
      text.replace(/alerts: \[.*\]/, "alerts: []").replace('homes = ["hub", "second"]', 'homes = ["hub", "third"]'),
    );
    // It is restarted, for it has another member to tell.
    await during(expectUp(), () => eventually("silences of the other one", 5, () => members[0]?.silences()));

    // THEN
    await expectCluster(["hub", "third"]);
    for (const name of ["hub", "third"]) expect(await alertmanagerOn(name).silences()).toContain(silence);
    expect(project.on("third", "cat /var/lib/monitoring/alertmanager/ours")).toBe("its own");
    expect(project.on("second", "ls -A /var/lib/monitoring /etc/cdktf-monitoring/* | grep alertmanager || true")).toBe(
      "",
    );
    try {
      requireSuccess(await project.npm("verify", [], HOOK));
    } finally {
      hook.close();
    }
  },
  2 * DEPLOY,
);
