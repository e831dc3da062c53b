import { App, LocalBackend, TerraformStack } from "cdktf";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Architecture,
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
import { projectRoot } from "../../tools/cli/project";
import { run } from "../../tools/cli/process";
import { ensureEngine } from "../../tools/local/engine";
import { HostResult, requireSuccess } from "../support/project";
import { PrometheusApi } from "../support/prometheus";
import { eventually } from "../support/wait";

/** A whole deploy on a slow machine takes a minute; what it may take at most, in milliseconds. */
const DEPLOY = 300_000;
const network = { name: "e2e-existing", subnet: "198.18.96.0/20", gateway: "198.18.96.1" };
const machines = {
  hub: { network: network.name, container: "e2e-existing-hub", name: "hub", address: "198.18.96.10" },
  app: { network: network.name, container: "e2e-existing-app", name: "app", address: "198.18.96.11" },
};
type Machine = keyof typeof machines;

const project = mkdtempSync(join(tmpdir(), "e2e-existing-"));
/** Where the test keeps what it knows of the machines; the library keeps its own elsewhere. */
const workshop = join(project, "workshop");
const state = join(project, ".cdktf-monitoring", "test");
const architecture = process.arch === "arm64" ? Architecture.ARM64 : Architecture.AMD64;
const prometheus = new PrometheusApi(`http://${machines.hub.address}:9090`);
let docker: Record<string, string> = {};

function containers(what: string, machine?: Machine): void {
  execFileSync("python3", [join(projectRoot, "constructs/servers/local/scripts/containers.py"), ...what.split(" ")], {
    env: {
      ...process.env,
      ...docker,
      MONITORING_STATE: workshop,
      LOCAL_NETWORK: JSON.stringify(network),
      LOCAL_SERVER: JSON.stringify(machine && machines[machine]),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function on(machine: Machine, command: string): string {
  const args = ["exec", machines[machine].container, "sh", "-c", command];
  return execFileSync("docker", args, { encoding: "utf8", env: { ...process.env, ...docker } }).trim();
}

/** What differs from one deploy to the next. */
interface Change {
  /** @default - it is a member */
  readonly withoutApp?: boolean;
  readonly app?: Partial<ExistingServerProps>;
  readonly exporter?: NodeExporterProps;
}

/** Synthesizes the stack as its user would write it, and applies it with Terraform alone. */
async function deploy(
  change: Change = {},
  ...args: readonly string[]
): Promise<{ code: number | null; output: string }> {
  const tree = new App({ outdir: join(project, "cdktf.out") });
  const stack = new TerraformStack(tree, "test");
  new LocalBackend(stack, { path: join(project, "terraform.tfstate") });
  const lan = new ExistingNetwork(stack, "lan");
  const common = { network: lan, keyFile: join(workshop, "ssh/id_ed25519"), architecture };
  const monitoring = new Monitoring(stack, "monitoring", { technicians: [`${network.gateway}/32`] });
  const known = readFileSync(join(workshop, "known_hosts.d", machines.hub.container), "utf8").trim();
  const hub = new MonitoringHost(stack, "hub", {
    monitoring,
    server: new ExistingServer(stack, "hub-server", {
      ...common,
      address: machines.hub.address,
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
        address: machines.app.address,
        user: "deploy",
        jumpHost: `root@${machines.hub.address}`,
        ...change.app,
      }),
    });
  }
  tree.synth();
  const cwd = join(project, "cdktf.out", "stacks", "test");
  const init = await run("terraform", ["init", "-input=false", "-no-color"], { cwd });
  if (init.code !== 0) throw new Error(init.stderr);
  const command = args.length > 0 ? args : ["apply", "-auto-approve", "-input=false"];
  const { code, stdout, stderr } = await run("terraform", [...command, "-no-color"], { cwd });
  return { code, output: stdout + stderr };
}

async function expectDeploy(change: Change = {}, ...args: readonly string[]): Promise<string> {
  const { code, output } = await deploy(change, ...args);
  requireSuccess({ code, output });
  return output;
}

async function expectTargets(...expected: string[]): Promise<void> {
  await eventually(`the targets ${expected.join(", ")}`, 60, async () =>
    (await prometheus.targets()).join() === expected.join() ? true : undefined,
  );
}

function result(name: string): Readonly<Record<string, HostResult>> {
  const file = join(state, "runs", name, "result.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { hosts: Record<string, HostResult> }).hosts;
}

/** What of ours is on a machine: files, units, users and open ports; the data are listed apart. */
function traces(machine: Machine): string {
  return on(
    machine,
    `ls -d /etc/cdktf-monitoring /opt/cdktf-monitoring /etc/prometheus 2>/dev/null
     systemctl list-unit-files --no-legend 'node_exporter*' 'prometheus*'
     getent passwd node_exporter prometheus
     ss -Hltn 'sport = :9100 or sport = :9090'`,
  );
}

/** All that a deploy could have changed on a machine, and when its services started. */
function fingerprint(machine: Machine): string {
  return on(
    machine,
    `find /etc /opt /var/lib/monitoring -xdev -not -path '/etc/cdktf-monitoring/*' -not -path '*/prometheus/*' -printf '%p %i %C@\\n' | sort | md5sum
     systemctl show --property=MainPID,ActiveEnterTimestampMonotonic node_exporter prometheus`,
  );
}

beforeAll(async () => {
  const { dockerHost } = await ensureEngine(() => undefined);
  docker = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
  containers("network create");
  for (const machine of ["hub", "app"] as const) containers("server create", machine);
  on("app", "useradd --create-home deploy && echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy");
  on("app", "install -d -o deploy -m 700 ~deploy/.ssh && install -o deploy -m 600 ~/.ssh/authorized_keys ~deploy/.ssh");
  on(
    "app",
    `nft -f - <<RULES
     table inet e2e_existing {
       chain input {
         type filter hook input priority -20
         ip saddr != ${machines.hub.address} tcp dport 22 reject with tcp reset
       }
     }\nRULES`,
  );
}, DEPLOY);

afterAll(() => {
  for (const machine of ["hub", "app"] as const) containers("server destroy", machine);
  containers("network destroy");
  rmSync(project, { recursive: true, force: true });
}, DEPLOY);

test(
  "whose name nobody knows are refused before any of them is touched",
  async () => {
    const { code, output } = await deploy({ app: { address: "no-such-host.invalid", jumpHost: undefined } });
    expect(code).not.toBe(0);
    expect(output.replace(/\s+/g, " ")).toContain('test/app-server: address: cannot resolve "no-such-host.invalid"');
    expect(existsSync(join(state, "runs"))).toBe(false);
    expect(traces("hub")).toBe("");
  },
  DEPLOY,
);

test(
  "are monitored, one of them through a jump host by a user who is not root",
  async () => {
    // GIVEN
    const { stderr } = await run("ssh", [
      "-F",
      "none",
      "-o",
      "BatchMode=yes",
      `deploy@${machines.app.address}`,
      "true",
    ]);
    expect(stderr).toMatch(/Connection (refused|reset)/);

    // WHEN
    const said = await expectDeploy();

    // THEN
    await expectTargets("node/app: up", "node/hub: up", "prometheus/hub: up");
    // All of them were asked whether they have data of Prometheus.
    expect(said).not.toContain("could not be asked");
  },
  DEPLOY,
);

test(
  "are left alone when nothing changed",
  async () => {
    expect(await expectDeploy({}, "plan", "-detailed-exitcode", "-input=false")).toContain("No changes.");
  },
  DEPLOY,
);

describe("a server that was installed anew", () => {
  const exporter: NodeExporterProps = { extraFlags: ["--no-collector.zfs"] };

  test(
    "is refused by its host key, and by its name, while the others are seen to",
    async () => {
      // GIVEN
      on("app", "rm /etc/ssh/ssh_host_* && ssh-keygen -q -A && systemctl restart ssh && pkill -f '[s]shd: deploy'");

      // WHEN
      const { code, output } = await deploy({ exporter });

      // THEN
      expect(code).not.toBe(0);
      expect(output).toMatch(
        /app +UNREACHABLE +its host key is not the one of the first connection: if the machine was reinstalled, change its generation/,
      );
      expect(result("node_exporter")).toMatchObject({ hub: { touched: false }, app: { state: "unreachable" } });
    },
    DEPLOY,
  );

  test(
    "is trusted anew, and gone over again, when its generation changes",
    async () => {
      const before = fingerprint("hub");
      await expectDeploy({ exporter, app: { generation: "2" } });
      expect(result("node_exporter")).toMatchObject({ hub: { touched: false }, app: { state: "changed" } });
      expect(result("cleanup")).toMatchObject({ hub: { touched: false }, app: { touched: true } });
      expect(on("app", "systemctl show --property=ExecStart node_exporter")).toContain("--no-collector.zfs");
      expect(fingerprint("hub")).toBe(before);
    },
    DEPLOY,
  );
});

test(
  "lose nothing when they only are called otherwise",
  async () => {
    const output = await expectDeploy({ app: { name: "web" } });
    expect(output).toContain('leave  app  skipped: the same machine is now test/monitoring as "web"');
    await expectTargets("node/hub: up", "node/web: up", "prometheus/hub: up");
  },
  DEPLOY,
);

describe("a server that leaves", () => {
  test(
    "and cannot be reached fails the deploy with a remedy, and holds nobody back",
    async () => {
      // GIVEN
      on("app", "systemctl stop ssh && pkill -f '[s]shd: deploy'");

      // WHEN
      const { code, output } = await deploy({ withoutApp: true });

      // THEN
      expect(code).not.toBe(0);
      expect(output).toContain(
        `leave  web  UNREACHABLE  jump host root@${machines.hub.address} cannot reach ${machines.app.address} port 22: Connection refused`,
      );
      expect(output).toContain("the components are still installed");
      expect(output).toContain("onLeave: OnLeave.NOTHING");
      await expectTargets("node/hub: up", "prometheus/hub: up");
      expect(traces("app")).not.toBe("");
    },
    DEPLOY,
  );

  test(
    "has nothing of ours but its data, and the others are untouched",
    async () => {
      on("app", "systemctl start ssh");
      const before = fingerprint("hub");
      await expectDeploy({ withoutApp: true });
      expect(traces("app")).toBe("");
      expect(on("app", "ls /var/lib/monitoring")).toBe("node_exporter");
      expect(on("app", "nft list tables")).toContain("e2e_existing");
      expect(fingerprint("hub")).toBe(before);
      expect(await expectDeploy({ withoutApp: true }, "plan", "-detailed-exitcode", "-input=false")).toContain(
        "No changes.",
      );
    },
    DEPLOY,
  );
});

test(
  "are rid of all when the stack is destroyed, also of their data where that was asked for",
  async () => {
    await expectDeploy({ withoutApp: true }, "destroy", "-auto-approve", "-input=false");
    expect(traces("hub")).toBe("");
    // The folder itself is a mounted disk here.
    expect(on("hub", "ls -A /var/lib/monitoring")).toBe("");
  },
  DEPLOY,
);
