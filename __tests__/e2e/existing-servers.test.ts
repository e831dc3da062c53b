import { App, LocalBackend, TerraformStack } from "cdktf";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ExistingNetwork,
  ExistingServer,
  ExistingServerProps,
  MonitoredServer,
  Monitoring,
  MonitoringHost,
  NodeExporterProps,
  OnLeave,
  Prometheus,
} from "../../constructs";
import { run } from "../../tools/cli/process";
import { terraformName } from "../../tools/cli/terraform-name";
import { architecture, Lab } from "../support/lab";
import { DEPLOY_TIMEOUT, HostResult, Outcome, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";

const lab = new Lab("e2e-existing", "198.18.96.0/20", ["hub", "app"]);
type Machine = "hub" | "app";

/** The user's project. The library keeps its state in this project; the lab keeps its own elsewhere. */
const project = mkdtempSync(join(tmpdir(), "e2e-existing-project-"));
const state = join(project, ".cdktf-monitoring", "test");
const prometheus = PrometheusApi.behindGateway(lab, "hub");

const ON_HUB = ["gateway/hub: up", "node/hub: up", "prometheus/hub: up"];

/** Changes of the stack from one deploy to the next. */
interface Change {
  /** Whether `app` has left the monitoring. @default false */
  readonly withoutApp?: boolean;
  readonly app?: Partial<ExistingServerProps>;
  readonly exporter?: NodeExporterProps;
}

/** Synthesizes the stack, and runs a Terraform command in its folder: `apply` by default. */
async function deploy(change: Change = {}, ...args: readonly string[]): Promise<Outcome> {
  const tree = new App({ outdir: join(project, "cdktf.out") });
  const stack = new TerraformStack(tree, "test");
  new LocalBackend(stack, { path: join(project, "terraform.tfstate") });
  const lan = new ExistingNetwork(stack, "lan");
  const common = { network: lan, keyFile: lab.keyFile, architecture };
  const monitoring = new Monitoring(stack, "monitoring", { technicians: [`${lab.gateway}/32`] });
  const known = readFileSync(lab.knownHosts("hub"), "utf8").trim();
  const hub = new MonitoringHost(stack, "hub", {
    monitoring,
    server: new ExistingServer(stack, "hub-server", {
      ...common,
      address: lab.address("hub"),
      hostKeys: [known.replace(/^\S+ /, "")],
      onLeave: OnLeave.PURGE,
    }),
  });
  new Prometheus(hub, "prometheus");
  if (change.withoutApp !== true) {
    new MonitoredServer(stack, "app", {
      monitoring,
      nodeExporter: change.exporter,
      server: new ExistingServer(stack, "app-server", {
        ...common,
        address: lab.address("app"),
        user: "deploy",
        jumpHost: `root@${lab.address("hub")}`,
        ...change.app,
      }),
    });
  }
  tree.synth();
  const cwd = join(project, "cdktf.out", "stacks", "test");
  const init = await run(terraformName(), ["init", "-input=false", "-no-color"], { cwd });
  if (init.code !== 0) throw new Error(init.stderr);
  const command = args.length > 0 ? args : ["apply", "-auto-approve", "-input=false"];
  const { code, stdout, stderr } = await run(terraformName(), [...command, "-no-color"], { cwd });
  return { code, output: stdout + stderr };
}

async function expectDeploy(change: Change = {}, ...args: readonly string[]): Promise<string> {
  const outcome = await deploy(change, ...args);
  requireSuccess(outcome);
  return outcome.output;
}

function result(name: string): Readonly<Record<string, HostResult>> {
  const file = join(state, "runs", name, "result.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { hosts: Record<string, HostResult> }).hosts;
}

/** Lists the files, units, users and open ports of components on a server, without the data. */
function traces(machine: Machine): string {
  return lab.on(
    machine,
    `ls -d /etc/cdktf-monitoring /opt/cdktf-monitoring /etc/prometheus 2>/dev/null
     systemctl list-unit-files --no-legend 'node_exporter*' 'prometheus*'
     getent passwd node_exporter prometheus
     ss -Hltn 'sport = :9100 or sport = :9090'`,
  );
}

/** Describes the files that a deploy can change on a server, and the start of the services. */
function fingerprint(machine: Machine): string {
  return lab.on(
    machine,
    `find /etc /opt /var/lib/monitoring -xdev -not -path '/etc/cdktf-monitoring/*' -not -path '*/prometheus/*' -printf '%p %i %C@\\n' | sort | md5sum
     systemctl show --property=MainPID,ActiveEnterTimestampMonotonic node_exporter prometheus`,
  );
}

beforeAll(async () => {
  await lab.create();
  lab.on("app", "useradd --create-home deploy && echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy");
  lab.on(
    "app",
    "install -d -o deploy -m 700 ~deploy/.ssh && install -o deploy -m 600 ~/.ssh/authorized_keys ~deploy/.ssh",
  );
  lab.on(
    "app",
    `nft -f - <<RULES
     table inet e2e_existing {
       chain input {
         type filter hook input priority -20
         ip saddr != ${lab.address("hub")} tcp dport 22 reject with tcp reset
       }
     }\nRULES`,
  );
}, DEPLOY_TIMEOUT);

afterAll(() => {
  lab.destroy();
  rmSync(project, { recursive: true, force: true });
}, DEPLOY_TIMEOUT);

test(
  "rejects an unknown host name before it touches any server",
  async () => {
    const { code, output } = await deploy({ app: { address: "no-such-host.invalid", jumpHost: undefined } });
    expect(code).not.toBe(0);
    expect(output.replace(/\s+/g, " ")).toContain('test/app-server: address: cannot resolve "no-such-host.invalid"');
    expect(existsSync(join(state, "runs"))).toBe(false);
    expect(traces("hub")).toBe("");
  },
  DEPLOY_TIMEOUT,
);

test(
  "monitors servers, one of them through a jump host as a user other than root",
  async () => {
    // GIVEN
    const { stderr } = await run("ssh", ["-F", "none", "-o", "BatchMode=yes", `deploy@${lab.address("app")}`, "true"]);
    expect(stderr).toMatch(/Connection (refused|reset)/);

    // WHEN
    const output = await expectDeploy();

    // THEN
    await prometheus.waitForTargets(...ON_HUB, "node/app: up");
    // The deploy has searched all servers for data of Prometheus.
    expect(output).not.toContain("cannot be checked for data");
  },
  DEPLOY_TIMEOUT,
);

test(
  "plans no changes if nothing changed",
  async () => {
    expect(await expectDeploy({}, "plan", "-detailed-exitcode", "-input=false")).toContain("No changes.");
  },
  DEPLOY_TIMEOUT,
);

describe("a reinstalled server", () => {
  const exporter: NodeExporterProps = { extraFlags: ["--no-collector.zfs"] };

  test(
    "is rejected because of its host key, while the deploy works on the other servers",
    async () => {
      // GIVEN
      lab.on("app", "rm /etc/ssh/ssh_host_* && ssh-keygen -q -A && systemctl restart ssh && pkill -f '[s]shd: deploy'");

      // WHEN
      const { code, output } = await deploy({ exporter });

      // THEN
      expect(code).not.toBe(0);
      expect(output).toMatch(
        /app +UNREACHABLE +its host key has changed since the first connection: if the machine was reinstalled, change its generation/,
      );
      expect(result("node_exporter")).toMatchObject({ hub: { touched: false }, app: { state: "unreachable" } });
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "is trusted and deployed again if its generation changes",
    async () => {
      const before = fingerprint("hub");
      await expectDeploy({ exporter, app: { generation: "2" } });
      expect(result("node_exporter")).toMatchObject({ hub: { touched: false }, app: { state: "changed" } });
      expect(result("cleanup")).toMatchObject({ hub: { touched: false }, app: { touched: true } });
      expect(lab.on("app", "systemctl show --property=ExecStart node_exporter")).toContain("--no-collector.zfs");
      expect(fingerprint("hub")).toBe(before);
    },
    DEPLOY_TIMEOUT,
  );
});

test(
  "keeps everything on a server that gets another name",
  async () => {
    const output = await expectDeploy({ app: { name: "web" } });
    expect(output).toContain('leave  app  skipped: the same machine is now test/monitoring as "web"');
    await prometheus.waitForTargets(...ON_HUB, "node/web: up");
  },
  DEPLOY_TIMEOUT,
);

describe("a server that leaves", () => {
  test(
    "fails the deploy with a remedy if it is unreachable, without blocking the other servers",
    async () => {
      // GIVEN
      lab.on("app", "systemctl stop ssh && pkill -f '[s]shd: deploy'");

      // WHEN
      const { code, output } = await deploy({ withoutApp: true });

      // THEN
      expect(code).not.toBe(0);
      expect(output).toContain(
        `leave  web  UNREACHABLE  jump host root@${lab.address("hub")} cannot reach ${lab.address("app")} port 22: Connection refused`,
      );
      expect(output).toContain("the components are still installed");
      expect(output).toContain("onLeave: OnLeave.NOTHING");
      await prometheus.waitForTargets(...ON_HUB);
      expect(traces("app")).not.toBe("");
    },
    DEPLOY_TIMEOUT,
  );

  test(
    "keeps only its data, and the other servers do not change",
    async () => {
      lab.on("app", "systemctl start ssh");
      const before = fingerprint("hub");
      await expectDeploy({ withoutApp: true });
      expect(traces("app")).toBe("");
      expect(lab.on("app", "ls /var/lib/monitoring")).toBe("node_exporter");
      expect(lab.on("app", "nft list tables")).toContain("e2e_existing");
      expect(fingerprint("hub")).toBe(before);
      expect(await expectDeploy({ withoutApp: true }, "plan", "-detailed-exitcode", "-input=false")).toContain(
        "No changes.",
      );
    },
    DEPLOY_TIMEOUT,
  );
});

test(
  "uninstalls everything if the stack is destroyed, with the data if onLeave is PURGE",
  async () => {
    await expectDeploy({ withoutApp: true }, "destroy", "-auto-approve", "-input=false");
    expect(traces("hub")).toBe("");
    // The folder itself remains because it is the mount point of a volume.
    expect(lab.on("hub", "ls -A /var/lib/monitoring")).toBe("");
  },
  DEPLOY_TIMEOUT,
);
