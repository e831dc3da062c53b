import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { leaveInventory } from "../../lib/inventory/leave";
import { InventoryRun } from "../../lib/inventory/inventory";
import { projectRoot } from "../../tools/cli/project";
import { run, RunResult } from "../../tools/cli/process";
import { componentRun, Lab, plainRun, Result, RUN_TIMEOUT } from "../support/lab";

const lab = new Lab("e2e-ssh", "198.19.144.0/20", ["one", "two"]);
type Server = "one" | "two";
const OWNER = { id: "4711", name: "test/monitoring" };
const PASSWORD = { JOE_PASSWORD: "open sesame" };

/** Host variables that differ from those of the lab. */
interface Access {
  readonly user?: string;
  readonly keyFile?: string;
  readonly ssh?: Readonly<Record<string, unknown>>;
}

type Inventory = Record<"all", Record<"vars" | "hosts", Record<string, unknown>>>;

/** Runs that install nothing that takes long. */
const RUNS: readonly InventoryRun[] = [
  plainRun("firewall", { one: { firewall_mode: "guard", firewall_ports: [] } }),
  componentRun("node_exporter", { one: {} }),
  plainRun("cleanup", { one: { monitoring_components: ["node_exporter"] } }),
];
const NAMES = RUNS.map(({ name }) => name);

function inventory(runs: readonly InventoryRun[], access: Access = {}): string {
  const content = JSON.parse(lab.inventory(runs)) as Inventory;
  content.all.vars.monitoring_owner = OWNER;
  for (const host of Object.values(content.all.hosts) as Record<string, unknown>[]) {
    host.ansible_user = access.user ?? host.ansible_user;
    host.ansible_ssh_private_key_file = access.keyFile ?? host.ansible_ssh_private_key_file;
    host.monitoring_ssh = { ...(host.monitoring_ssh as object), wait: 6, ...access.ssh };
  }
  return JSON.stringify(content);
}

/** The password of the user joe for sudo. */
const JOE: Access = { user: "joe", ssh: { sudo_password: { environment: "JOE_PASSWORD" } } };

function hosts(name: string): Result["hosts"] {
  return lab.result(name).hosts;
}

/** Closes the shared connections, so that the next deploy must log in. */
function closeConnections(server: Server): void {
  lab.on(server, "pkill -f '[s]shd: (root|joe)' || true");
}

/** Returns how many logins failed and succeeded since the cursor that an earlier call returned. */
function logins(server: Server, since = ""): { readonly failed: number; readonly accepted: number; cursor: string } {
  const lines = lab.on(
    server,
    `journalctl --unit ssh --no-pager --output cat --show-cursor ${since === "" ? "--lines 0" : `--after-cursor '${since}'`}`,
  );
  const count = (pattern: RegExp): number => lines.split("\n").filter((line) => pattern.test(line)).length;
  return {
    failed: count(
      /^(Failed publickey|Connection (closed|reset) by authenticating user|Disconnect\w* .*authenticating)/,
    ),
    accepted: count(/^Accepted publickey/),
    cursor: /-- cursor: (.*)/.exec(lines)?.[1] ?? since,
  };
}

/** Describes all files that a deploy could change. */
function files(server: Server): string {
  return lab.on(
    server,
    "find /etc /opt /usr/local /root /home /var/lib/monitoring -xdev -type f -exec sha256sum {} + 2>/dev/null | sort | sha256sum",
  );
}

function expectSuccess({ code, stdout, stderr }: RunResult): void {
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
}

beforeAll(async () => {
  await lab.create();
  for (const server of ["one", "two"]) {
    lab.on(
      server,
      `useradd --create-home --shell /bin/bash joe && echo 'joe:${PASSWORD.JOE_PASSWORD}' | chpasswd
       echo 'joe ALL=(ALL) ALL' > /etc/sudoers.d/joe
       install -d -o joe -m 700 ~joe/.ssh && install -o joe -m 600 ~/.ssh/authorized_keys ~joe/.ssh
       echo 'MaxAuthTries 3' > /etc/ssh/sshd_config.d/tries.conf && systemctl reload ssh`,
    );
  }
}, RUN_TIMEOUT);

afterAll(() => {
  lab.destroy();
}, RUN_TIMEOUT);

test(
  "refuses a wrong key after at most three logins, whatever the number of runs",
  async () => {
    const wrong = join(lab.state, "wrong");
    expect(spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", wrong]).status).toBe(0);
    const { cursor } = logins("one");
    const { code, stdout } = await lab.deploy(NAMES, inventory(RUNS, { keyFile: wrong }));
    expect(code).not.toBe(0);
    for (const name of NAMES)
      expect(hosts(name).one).toMatchObject({
        state: "unreachable",
        touched: false,
        message: expect.stringMatching(/^user "root" cannot log in \(.*add the public key/) as string,
      });
    expect(stdout).toMatch(/node_exporter +one +UNREACHABLE +user "root" cannot log in/);
    const { failed } = logins("one", cursor);
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThanOrEqual(3);
  },
  RUN_TIMEOUT,
);

test(
  "logs in once per deploy, with the key file only, although the agent has seven other keys",
  async () => {
    const agent = spawnSync("ssh-agent", ["-s"], { encoding: "utf8" }).stdout;
    const variable = (name: string): string => new RegExp(`${name}=([^;]+);`).exec(agent)?.[1] ?? "";
    const environment = { SSH_AUTH_SOCK: variable("SSH_AUTH_SOCK"), SSH_AGENT_PID: variable("SSH_AGENT_PID") };
    try {
      for (let key = 1; key <= 7; key++) {
        const file = join(lab.state, `agent-${key}`);
        spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
        spawnSync("ssh-add", ["-q", file], { env: { ...process.env, ...environment } });
      }
      closeConnections("one");
      const { cursor } = logins("one");
      expectSuccess(await lab.deploy(NAMES, inventory(RUNS), environment));
      expect(logins("one", cursor)).toMatchObject({ failed: 0, accepted: 1 });
    } finally {
      process.kill(Number(environment.SSH_AGENT_PID));
    }
  },
  3 * RUN_TIMEOUT,
);

describe("sudo with a password", () => {
  test(
    "is refused without the password, and with a wrong one, before anything changes",
    async () => {
      const before = files("two");
      const runs = [componentRun("node_exporter", { two: {} })];
      const deploy = async (access: Access, environment: Readonly<Record<string, string>>): Promise<unknown> => {
        await lab.deploy(["node_exporter"], inventory(runs, access), environment);
        return hosts("node_exporter").two;
      };
      expect(await deploy({ user: "joe" }, { ANSIBLE_BECOME_PASSWORD_FILE: "/etc/hostname" })).toMatchObject({
        state: "unreachable",
        message:
          'sudo asks user "joe" for a password: set sudoPassword, or let the user use sudo without a password (NOPASSWD in /etc/sudoers.d)',
      });
      expect(await deploy(JOE, { JOE_PASSWORD: "guess" })).toMatchObject({
        state: "unreachable",
        message: 'sudo rejects the password of user "joe" in environment variable JOE_PASSWORD: correct it',
      });
      expect(lab.on("two", "journalctl --no-pager --output cat | grep -c 'incorrect password attempt' || true")).toBe(
        "1",
      );
      expect(files("two")).toBe(before);
    },
    RUN_TIMEOUT,
  );

  test(
    "installs, moves data in both directions, and is in no file and in no argument",
    async () => {
      const prometheus = (server: Server): readonly InventoryRun[] => [
        componentRun("prometheus", { [server]: { monitoring_on_move: "keepData" } }),
      ];
      lab.on("two", "echo 'Defaults lecture=always,use_pty' > /etc/sudoers.d/lecture");
      expectSuccess(await lab.deploy(["prometheus"], inventory(prometheus("one"), JOE), PASSWORD));
      lab.on("one", "echo kept > /var/lib/monitoring/prometheus/note");
      const find = "find /var/lib/monitoring/prometheus -name note -exec cat {} +";
      expectSuccess(await lab.deploy(["prometheus"], inventory(prometheus("two"), JOE), PASSWORD));
      expect(lab.on("two", find)).toBe("kept");
      // Without a password prompt, the password must not become part of the data.
      lab.on("one", "echo 'joe ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/joe");
      expectSuccess(await lab.deploy(["prometheus"], inventory(prometheus("one"), JOE), PASSWORD));
      expect(lab.on("one", find)).toBe("kept");
      lab.on("one", "echo 'joe ALL=(ALL) ALL' > /etc/sudoers.d/joe");
      const secret = PASSWORD.JOE_PASSWORD;
      expect(spawnSync("grep", ["-rlF", secret, lab.state], { encoding: "utf8" }).stdout).toBe("");
      expect(lab.on("one", `journalctl --no-pager | grep -cF '${secret}' || true`)).toBe("0");
    },
    5 * RUN_TIMEOUT,
  );

  test(
    "works in verify, and uninstalls the server when it leaves, from a stored reference",
    async () => {
      const environment = { MONITORING_STATE: lab.state, ...PASSWORD };
      const encode = (text: string): string => gzipSync(text).toString("base64");
      const measured = await run("python3", [join(projectRoot, "playbooks/verify.py")], {
        environment: { ...environment, MONITORING_INVENTORY: encode(inventory(RUNS, JOE)) },
        input: JSON.stringify({ servers: {}, controller: {} }),
      });
      expect(JSON.parse(measured.stdout)).toMatchObject({
        servers: { one: { lines: expect.arrayContaining([expect.stringMatching(/^peer=/)]) as unknown } },
      });

      const { all } = JSON.parse(lab.inventory([])) as { all: { hosts: Record<string, { monitoring_server: never }> } };
      const stored = leaveInventory({
        monitoring: "test",
        owner: OWNER,
        membership: "test/one",
        host: {
          connection: {
            host: lab.address("one"),
            port: 22,
            user: "joe",
            keyFile: lab.keyFile,
            knownHostsFile: lab.knownHosts("one"),
            hostKeys: [],
            hostKeyAlias: "e2e-ssh-one",
            waitSeconds: 6,
            sudoPassword: { name: "sudo", environment: "JOE_PASSWORD", version: "1" },
          },
          facts: all.hosts.one?.monitoring_server as never,
        },
        uninstall: true,
        keepData: false,
        exposedPorts: [],
        strict: false,
      });
      expect(JSON.stringify(stored)).not.toContain(PASSWORD.JOE_PASSWORD);
      const left = await run("python3", [join(projectRoot, "playbooks/leave.py")], {
        environment: { ...environment, MONITORING_INVENTORY: encode(JSON.stringify(stored)) },
      });
      expectSuccess(left);
      expect(lab.on("one", "ls -d /opt/cdktf-monitoring /etc/prometheus 2>/dev/null || true")).toBe("");
    },
    2 * RUN_TIMEOUT,
  );
});

describe("a host key", () => {
  /** Servers without expected keys. */
  const firstUse: Access = { ssh: { known_hosts_file: null } };
  const runs = [plainRun("firewall", { two: { firewall_mode: "guard", firewall_ports: [] } })];
  const deploy = async (environment: Readonly<Record<string, string>> = {}): Promise<RunResult> => {
    closeConnections("two");
    const terraform = { MONITORING_TRUST: "first-use", ...environment };
    return lab.deploy(["firewall"], inventory(runs, firstUse), terraform);
  };
  const fingerprint = (): string =>
    lab.on("two", "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split(" ")[1] ?? "";
  const message = (): string | undefined => hosts("firewall").two?.message;

  test(
    "is pinned by a deploy with the private folder of the stack",
    async () => {
      writeFileSync(join(lab.state, "owner"), `${OWNER.id}\n`);
      expectSuccess(await deploy());
      expect(readFileSync(join(lab.state, "known_hosts"), "utf8")).toMatch(/^e2e-ssh-two ssh-ed25519 /m);
    },
    RUN_TIMEOUT,
  );

  test(
    "is not trusted anew if the private folder was lost, unless the user names the server",
    async () => {
      for (const file of ["owner", "known_hosts"]) rmSync(join(lab.state, file));
      expect((await deploy()).code).not.toBe(0);
      expect(message()).toContain(`The current key is ssh-ed25519 ${fingerprint()}.`);
      expect(message()).toContain("deploy once with CDKTF_MONITORING_TRUST=two");
      expectSuccess(await deploy({ CDKTF_MONITORING_TRUST: "two" }));
      expectSuccess(await deploy());
    },
    RUN_TIMEOUT,
  );

  test(
    "that changed is rejected with another message",
    async () => {
      lab.on("two", "rm /etc/ssh/ssh_host_* && ssh-keygen -q -A && systemctl restart ssh");
      expect((await deploy()).code).not.toBe(0);
      expect(message()).toContain("its host key has changed since the first connection");
      expect(message()).toContain(`remove its line from ${join(lab.state, "known_hosts")}`);
    },
    RUN_TIMEOUT,
  );
});

describe("a login that fails", () => {
  const runs = [plainRun("firewall", { two: { firewall_mode: "guard", firewall_ports: [] } })];
  const reason = async (access: Access): Promise<string> => {
    closeConnections("two");
    await lab.deploy(["firewall"], inventory(runs, { ...access, ssh: { known_hosts_file: null, ...access.ssh } }), {
      CDKTF_MONITORING_TRUST: "two",
    });
    return hosts("firewall").two?.message ?? "";
  };

  test(
    "is explained for each cause by real output of ssh",
    async () => {
      rmSync(join(lab.state, "known_hosts"), { force: true });
      const folder = join(lab.state, "keys");
      mkdirSync(folder);
      const [open, locked] = ["open", "locked"].map((name) => join(folder, name)) as [string, string];
      writeFileSync(open, readFileSync(lab.keyFile));
      chmodSync(open, 0o644);
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", locked]);
      expect(await reason({ keyFile: open })).toContain(`so ssh does not use it: chmod 600 ${open}`);
      expect(await reason({ keyFile: locked })).toContain(`ssh-add ${locked}`);
      expect(await reason({ keyFile: join(folder, "none") })).toContain(
        `the private key ${join(folder, "none")} does not exist`,
      );
      expect(await reason({ keyFile: `${lab.keyFile}.pub` })).toContain(
        "is a public key: set keyFile to the private key",
      );
      expect(await reason({ user: "nobody-here" })).toContain('user "nobody-here" cannot log in');
      lab.on("two", "usermod --shell /usr/sbin/nologin joe");
      expect(await reason({ user: "joe" })).toContain(
        'user "joe" cannot run commands (This account is currently not available.)',
      );
      lab.on("two", "usermod --shell /bin/bash joe && passwd --quiet --expire joe");
      expect(await reason({ user: "joe" })).toContain('the account of user "joe" has expired');
      lab.on(
        "two",
        "echo 'KexAlgorithms diffie-hellman-group1-sha1' > /etc/ssh/sshd_config.d/old.conf && systemctl restart ssh",
      );
      expect(await reason({})).toContain("have no algorithm in common (no matching key exchange method found.");
      lab.on("two", "rm /etc/ssh/sshd_config.d/old.conf && systemctl restart ssh");
    },
    3 * RUN_TIMEOUT,
  );
});
