import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { filesHash } from "../../lib/inventory/generated-file";
import {
  removeFolders,
  RunningProgram,
  Output,
  start,
  temporaryFolder,
  waitUntil,
  waitForFile,
  writeProgram,
} from "./python";

type Variables = Record<string, unknown>;

/**
 * Replaces ansible-playbook: records its arguments and writes the events that `ACT` selects.
 * The end-to-end tests cover Ansible's work on servers.
 */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core \${VERSION:-2.19.14}]"; exit; }
echo "$@" >> "$NOTES/calls"
event() { echo "{\\"name\\": \\"$1\\", \\"host\\": \\"$2\\", \\"begin\\": $3, \\"status\\": \\"$4\\", \\"seconds\\": 1}" >> "$MONITORING_EVENTS"; }
event "Run the preflight checks" hub true ok
case "$ACT" in
  warn) echo '{"name": "Warn", "host": "hub", "begin": false, "status": "ok", "seconds": 1, "warnings": ["a port is closed"]}' >> "$MONITORING_EVENTS" ;;
  change) event "Write the unit" hub false changed ;;
  fail) event "Write the unit" hub false failed; exit 2 ;;
  wait) event "Write the unit" hub false changed; echo $$ > "$NOTES/pid"; trap 'exit 99' TERM; while :; do sleep 0.1; done ;;
  own) case "$*" in *user-preflight.yml*) event "Replace the rules" hub false changed; event "Mark the host as pending" hub true ok ;; *) event "User task" hub false changed ;; esac ;;
esac
exit 0
`;

let project: string;
let state: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  project = temporaryFolder();
  state = join(project, ".cdktf-monitoring", "local");
  mkdirSync(join(project, "bin"));
  writeProgram(join(project, "bin", "ansible-playbook"), ANSIBLE);
  environment = {
    PATH: `${join(project, "bin")}:${process.env.PATH ?? ""}`,
    HOME: project,
    NOTES: project,
    MONITORING_STATE: state,
    CDKTF_MONITORING_CACHE: join(project, "cache"),
  };
});

afterAll(removeFolders);

function inventory(group: Variables = {}, server: Variables = {}, ssh: Variables = {}): Variables {
  return {
    all: {
      vars: { monitoring_name: "monitoring" },
      hosts: {
        hub: {
          ansible_host: "198.18.0.23",
          ansible_port: 22,
          ansible_user: "root",
          monitoring_ssh: { jump_host: null, known_hosts_file: null, host_keys: [], alias: "hub-1", wait: 5, ...ssh },
        },
      },
      children: {
        run_prometheus: {
          vars: {
            monitoring_run: { playbook: "prometheus.yml", content: "1", component: true },
            monitoring_artifacts: [],
            monitoring_secrets: [],
            ...group,
          },
          hosts: {
            hub: { monitoring_server: { name: "hub", id: "i-1", generation: "1", ...server }, prometheus_port: 9090 },
          },
        },
      },
    },
  };
}

function withFirewall(hosts: Variables, vars: Variables = {}): Variables {
  const content = inventory() as { all: { children: Variables } };
  const run = { playbook: "firewall.yml", content: "1", component: false };
  content.all.children.run_firewall = { vars: { monitoring_run: run, ...vars }, hosts };
  return content;
}

function begin(content: Variables, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): RunningProgram {
  const encoded = gzipSync(JSON.stringify(content)).toString("base64");
  return start("run.py", ["prometheus", ...args], { ...environment, MONITORING_INVENTORY: encoded, ...env });
}

async function run(content: Variables, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<Output> {
  return begin(content, env, args).ended;
}

function calls(): string[] {
  const notes = join(project, "calls");
  return existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
}

function inFlight(): string[] {
  const folder = join(state, "in-flight");
  return existsSync(folder) ? readdirSync(folder) : [];
}

function written(file: string): Variables {
  return JSON.parse(readFileSync(join(state, "runs", "prometheus", file), "utf8")) as Variables;
}

function host(): Variables {
  const { all } = written("inventory.json") as { all: { hosts: { hub: Variables } } };
  return all.hosts.hub;
}

async function fingerprint(content: Variables, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  expect(await run(content, env)).toMatchObject({ code: 0 });
  return host().monitoring_fingerprint;
}

describe("before any server is touched, a run rejects", () => {
  async function expectError(
    message: string,
    content: Variables,
    env: NodeJS.ProcessEnv = {},
    args: string[] = [],
  ): Promise<void> {
    const output = await run(content, env, args);
    expect(output.stderr).toContain(message);
    expect(output.code).toBe(1);
    expect(calls()).toEqual([]);
    expect(inFlight()).toEqual([]);
  }

  it("a secret that is missing in the environment", async () => {
    const secrets = [{ name: "scrape_app", environment: "APP_TOKEN", version: "1" }];
    await expectError(
      'secret "scrape_app": environment variable APP_TOKEN is not set',
      inventory({ monitoring_secrets: secrets }),
    );
  });

  it("a secret whose file is missing, with the path relative to the project", async () => {
    const secrets = [{ name: "scrape_app", file: "secret.txt", version: "1" }];
    await expectError(join(project, "secret.txt"), inventory({ monitoring_secrets: secrets }));
  });

  it.each(["hooks.slack.com/services/t0ken", "t0ken", "https:// t0ken", "https://example.com/{{ t0ken }}"])(
    "a secret that is not a URL: %s",
    async (value) => {
      const secrets = [{ name: "ops.webhook_url", environment: "WEBHOOK", version: "1", url: true }];
      const content = inventory({ monitoring_secrets: secrets });
      await expectError('secret "ops.webhook_url": environment variable WEBHOOK does not contain a URL', content, {
        WEBHOOK: value,
      });
      expect((await run(content, { WEBHOOK: value })).stderr).not.toContain("t0ken");
    },
  );

  it("a missing Ansible, and explains how to install it", async () => {
    const without = (process.env.PATH ?? "")
      .split(":")
      .filter((folder) => !existsSync(join(folder, "ansible-playbook")));
    await expectError("ansible-playbook was not found in PATH or in", inventory(), { PATH: without.join(":") });
  });

  it("an Ansible that is too old", async () => {
    await expectError("is ansible-core 2.14: version 2.19 or later is required", inventory(), { VERSION: "2.14.3" });
  });

  it("a limit to a host that the run does not have", async () => {
    await expectError('run prometheus has no host "app": its hosts are hub', inventory(), {}, ["--limit", "app"]);
  });

  it("a firewall rule with a name as its source", async () => {
    const port = { name: "node_exporter_http", protocol: "tcp", port: 9100, sources: ["2001:db8::/32", "db.internal"] };
    await expectError(
      'firewall of "hub": source "db.internal" of port 9100 (node_exporter_http) is not an address or a CIDR block',
      withFirewall({ hub: { firewall_ports: [port] } }),
    );
  });

  it("a malformed inventory", async () => {
    await expectError("is not an inventory", inventory(), { MONITORING_INVENTORY: "bm9uZQ==" });
  });
});

describe("a run", () => {
  it("passes Ansible private copies, and writes the result", async () => {
    // WHEN
    const output = await run(inventory({}, {}, { host_keys: ["ssh-ed25519 AAAA"] }), { ACT: "change" });

    // THEN
    expect(output.stdout).toContain("prometheus  hub  changed  1 task, 2 s\n");
    expect(output.code).toBe(0);
    const folder = join(state, "runs", "prometheus");
    expect(calls()).toEqual([
      `--inventory ${folder}/inventory.json --extra-vars @${folder}/variables.json prometheus.yml`,
    ]);
    expect(existsSync(join(folder, "playbooks", "roles", "prometheus", "tasks", "main.yml"))).toBe(true);
    expect(readFileSync(join(folder, "known_hosts"), "utf8")).toBe("hub-1 ssh-ed25519 AAAA\n");
    expect(statSync(join(folder, "inventory.json")).mode & 0o777).toBe(0o600);
    expect(written("result.json")).toMatchObject({
      run: "prometheus",
      exit: 0,
      hosts: { hub: { state: "changed", touched: true, changed: 1, tasks: 2 } },
      tasks: [{ name: "Run the preflight checks" }, { name: "Write the unit", status: "changed" }],
    });
    expect(inFlight()).toEqual([]);
  });

  it("reports a host as unchanged if it was only observed", async () => {
    const output = await run(inventory());
    expect(output.stdout).toContain("prometheus  hub  unchanged\n");
    expect(written("result.json")).toMatchObject({ hosts: { hub: { state: "unchanged", touched: false } } });
  });

  it("reports a failure, and is no longer in flight", async () => {
    const output = await run(inventory(), { ACT: "fail" });
    expect(output.code).toBe(2);
    expect(output.stdout).toContain("hub  FAILED  Write the unit");
    expect(inFlight()).toEqual([]);
  });

  it("prints warnings below their host", async () => {
    const output = await run(inventory(), { ACT: "warn" });
    expect(output.stdout).toBe(
      "prometheus  hub  ok       nothing to change, 2 s\nprometheus  hub  WARNING  a port is closed\n",
    );
    expect(written("result.json")).toMatchObject({ hosts: { hub: { warnings: ["a port is closed"] } } });
  });

  it("runs a user-provided playbook only on hosts where something changed", async () => {
    // GIVEN
    mkdirSync(join(project, "site"));
    const playbook = join(project, "site", "site.yml");
    writeFileSync(playbook, "[]\n");

    // WHEN
    await run(inventory(), {}, ["--playbook", playbook]);
    await run(inventory(), { ACT: "own" }, ["--playbook", playbook]);

    // THEN
    const combined = join(state, "runs", "prometheus", "own", ".with-finish.yml");
    expect(JSON.parse(readFileSync(combined, "utf8"))).toEqual([
      { import_playbook: "site.yml" },
      { import_playbook: join(state, "runs", "prometheus", "playbooks", "user-finish.yml") },
    ]);
    expect(calls().map((call) => call.replace(/^.*variables.json /, ""))).toEqual([
      "user-preflight.yml",
      "user-preflight.yml",
      combined,
    ]);
    expect(written("result.json")).toMatchObject({ hosts: { hub: { state: "changed", changed: 2 } } });
  });
});

describe("the host key is checked against", () => {
  it.each([
    ["the keys in the inventory", { host_keys: ["ssh-ed25519 AAAA"] }, "StrictHostKeyChecking=yes"],
    ["a known_hosts file", { known_hosts_file: "/keys" }, "StrictHostKeyChecking=yes"],
    ["the key of the first connection", {}, "StrictHostKeyChecking=accept-new"],
  ])("%s", async (_name, ssh, option) => {
    await run(inventory({}, {}, ssh));
    expect(host().ansible_ssh_common_args).toContain(option);
    expect(host().ansible_ssh_common_args).toContain("HostKeyAlias=hub-1");
  });

  it.each([
    ["admin@203.0.113.7:2222", "-p 2222 -l admin -W [%h]:%p -- 203.0.113.7"],
    ["admin@bastion", "-l admin -W [%h]:%p -- bastion"],
    ["203.0.113.7", "-W [%h]:%p -- 203.0.113.7"],
    ["admin@[2001:db8::1]:22", "-p 22 -l admin -W [%h]:%p -- 2001:db8::1"],
    ["admin@2001:db8::1", "-l admin -W [%h]:%p -- 2001:db8::1"],
  ])("the key of the first connection, for jump host %s too", async (jump, command) => {
    await run(inventory({}, {}, { jump_host: jump }));
    const plain = String(host().ansible_ssh_common_args).replace(/['"]/g, "");
    expect(plain).toMatch(/ProxyCommand=ssh .*StrictHostKeyChecking=accept-new/);
    expect(plain).toContain(command);
  });
});

describe("the SSH key file", () => {
  it("may be in the home folder or in the project, and is used for the jump host too", async () => {
    const keyed = (file: string): Variables => {
      const content = inventory({}, {}, { jump_host: "admin@bastion" }) as { all: { hosts: { hub: Variables } } };
      content.all.hosts.hub.ansible_ssh_private_key_file = file;
      return content;
    };
    await run(keyed("~/.ssh/50%"));
    expect(host().ansible_ssh_private_key_file).toBe(join(project, ".ssh/50%"));
    // The outer ssh replaces percent signs in this option, so they are doubled.
    expect(host().ansible_ssh_common_args).toContain(`-i ${join(project, ".ssh/50%%")}`);
    await run(keyed("keys/id"));
    expect(host().ansible_ssh_private_key_file).toBe(join(project, "keys/id"));
  });
});

describe("the fingerprint", () => {
  const secret = { monitoring_secrets: [{ name: "scrape_app", environment: "APP_TOKEN", version: "1" }] };

  it("stays the same if nothing changed that the run uses", async () => {
    const before = await fingerprint(inventory());
    expect(await fingerprint(inventory({}, {}, { wait: 99, jump_host: "a@b" }))).toBe(before);
  });

  it("changes with variables, playbooks and machines", async () => {
    const all = [
      await fingerprint(inventory()),
      await fingerprint(inventory({ prometheus_retention_time: "30d" })),
      await fingerprint(inventory({ monitoring_run: { playbook: "prometheus.yml", content: "2", component: true } })),
      await fingerprint(inventory({}, { generation: "2" })),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("changes with a secret, whose value is in no file", async () => {
    const first = await fingerprint(inventory(secret), { APP_TOKEN: "hunter2" });
    const second = await fingerprint(inventory(secret), { APP_TOKEN: "hunter3" });
    expect(second).not.toBe(first);
    for (const file of ["inventory.json", "variables.json", "result.json"]) {
      expect(readFileSync(join(state, "runs", "prometheus", file), "utf8")).not.toContain("hunter");
    }
  });
});

describe("the firewall", () => {
  const rules = { monitoring_server: { name: "hub", id: "i-1" }, firewall_mode: "guard", firewall_ports: [] };

  it("adds its rules to every run on the same hosts", async () => {
    await run(withFirewall({ hub: rules }, { firewall_trial: 60 }));
    expect(host()).toMatchObject({
      firewall_mode: "guard",
      firewall_ports: [],
      firewall_trial: 60,
      monitoring_server: { name: "hub", id: "i-1", generation: "1" },
      monitoring_firewall_fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it.each([
    ["no host has a firewall", inventory()],
    ["only other hosts have a firewall", withFirewall({})],
  ])("adds nothing to a run if %s", async (_name, content) => {
    await run(content);
    expect(Object.keys(host()).filter((name) => name.includes("firewall"))).toEqual([]);
  });

  it("has its own fingerprint, which is not part of the run's fingerprint", async () => {
    const before = await fingerprint(withFirewall({ hub: rules }));
    const firewall = host().monitoring_firewall_fingerprint;
    expect(await fingerprint(withFirewall({ hub: { ...rules, firewall_mode: "strict" } }))).toBe(before);
    expect(host().monitoring_firewall_fingerprint).not.toBe(firewall);
    expect(await fingerprint(inventory())).toBe(before);
  });

  it("has the same fingerprint in its own run, which therefore knows that another run applied the rules", async () => {
    const content = withFirewall({ hub: rules });
    await run(content);
    const other = host().monitoring_firewall_fingerprint;
    const encoded = gzipSync(JSON.stringify(content)).toString("base64");
    await start("run.py", ["firewall"], { ...environment, MONITORING_INVENTORY: encoded }).ended;
    const file = join(state, "runs", "firewall", "inventory.json");
    const { all } = JSON.parse(readFileSync(file, "utf8")) as { all: { hosts: { hub: Variables } } };
    expect(all.hosts.hub).toMatchObject({ monitoring_fingerprint: other, monitoring_firewall_fingerprint: other });
  });
});

describe("an interrupted run", () => {
  // After Ctrl-C the caller records the result. After the other signals the caller may be ending too.
  it.each([
    ["SIGINT", []],
    ["SIGTERM", ["prometheus"]],
    ["SIGHUP", ["prometheus"]],
  ] as const)("stops Ansible after %s, and leaves %j in flight", async (signal, remaining) => {
    // GIVEN
    const { process: wrapper, ended } = begin(inventory(), { ACT: "wait" });
    await waitForFile(join(project, "pid"));

    // WHEN
    wrapper.kill(signal);

    // THEN
    const output = await ended;
    expect(output.code).toBe(130);
    expect(output.stdout).toContain(`stopped by ${signal}`);
    expect(output.stdout).toContain("hub  interrupted  after 2 tasks");
    await expectAnsibleToEnd();
    expect(inFlight()).toEqual(remaining);
  });

  it("stays in flight after SIGKILL, and ends Ansible", async () => {
    const { process: wrapper, ended } = begin(inventory(), { ACT: "wait" });
    await waitForFile(join(project, "pid"));
    wrapper.kill("SIGKILL");
    await ended;
    await expectAnsibleToEnd();
    expect(inFlight()).toEqual(["prometheus"]);
  });

  it("is no longer in flight after it was repeated", async () => {
    mkdirSync(join(state, "in-flight"), { recursive: true });
    writeFileSync(join(state, "in-flight", "prometheus"), "left over");
    await run(inventory());
    expect(inFlight()).toEqual([]);
  });

  async function expectAnsibleToEnd(): Promise<void> {
    const pid = Number(readFileSync(join(project, "pid"), "utf8"));
    await waitUntil(() => !alive(pid));
    expect(alive(pid)).toBe(false);
  }
});

describe("generated files", () => {
  /** Generates a file for the hub, and returns an inventory that expects it. */
  function withFile(content: string): Variables {
    mkdirSync(join(project, "files", "hub", "rules"), { recursive: true });
    writeFileSync(join(project, "files", "hub", "rules", "own.yml"), content);
    return inventory({ monitoring_files_sha256: filesHash([{ path: "rules/own.yml", content }]) });
  }

  it("are passed to each host's role as a private copy", async () => {
    expect(await run(withFile("groups: []\n"), {}, ["--files", join(project, "files")])).toMatchObject({ code: 0 });
    const { all } = JSON.parse(readFileSync(join(state, "runs", "prometheus", "inventory.json"), "utf8")) as {
      all: { hosts: { hub: Record<string, string> } };
    };
    const folder = join(state, "runs", "prometheus", "files", "hub");
    expect(all.hosts.hub.monitoring_files).toBe(folder);
    expect(readFileSync(join(folder, "rules", "own.yml"), "utf8")).toBe("groups: []\n");
  });

  it("are rejected before any server is touched if they changed after the plan", async () => {
    const planned = withFile("groups: []\n");
    writeFileSync(join(project, "files", "hub", "rules", "own.yml"), "groups: [changed]\n");
    const { code, stderr } = await run(planned, {}, ["--files", join(project, "files")]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `prometheus  error: the generated files in ${join(project, "files", "hub")} changed after the plan: synthesize and deploy again\n`,
    });
    expect(calls()).toEqual([]);
  });

  it("are required if the inventory expects them", async () => {
    const planned = inventory({ monitoring_files_sha256: "1" });
    expect((await run(planned)).stderr).toContain(
      "run prometheus needs generated files: pass their folder with --files",
    );
    expect((await run(planned, {}, ["--files", project])).stderr).toContain("are missing: synthesize and deploy again");
  });
});

it("waits for another process with the same run, and prints that it waits", async () => {
  // GIVEN
  const first = begin(inventory(), { ACT: "wait" });
  await waitForFile(join(project, "pid"));
  const second = begin(inventory());
  let stdout = "";
  second.process.stdout?.on("data", (text: string) => (stdout += text));

  // THEN
  await waitUntil(() => stdout.includes("prometheus  waiting for another process that executes the same run"));
  expect(calls()).toHaveLength(1);

  // WHEN
  first.process.kill("SIGTERM");

  // THEN
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(calls()).toHaveLength(2);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
