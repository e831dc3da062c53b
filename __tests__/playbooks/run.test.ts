import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { filesHash } from "../../lib/inventory/generated-file";
import { removeFolders, Running, Said, start, temporaryFolder, until, untilExists, writeProgram } from "./python";

type Variables = Record<string, unknown>;

/**
 * Stands in for ansible-playbook where the wrapper is tested: notes what it was given, and does what `ACT` says.
 * What Ansible itself does on servers is tested end to end.
 */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core \${VERSION:-2.19.14}]"; exit; }
echo "$@" >> "$NOTES/calls"
event() { echo "{\\"name\\": \\"$1\\", \\"host\\": \\"$2\\", \\"begin\\": $3, \\"status\\": \\"$4\\", \\"seconds\\": 1}" >> "$MONITORING_EVENTS"; }
event "Look at the server" hub true ok
case "$ACT" in
  warn) echo '{"name": "Warn", "host": "hub", "begin": false, "status": "ok", "seconds": 1, "warnings": ["a port is closed"]}' >> "$MONITORING_EVENTS" ;;
  change) event "Write the unit" hub false changed ;;
  fail) event "Write the unit" hub false failed; exit 2 ;;
  wait) event "Write the unit" hub false changed; echo $$ > "$NOTES/pid"; trap 'exit 99' TERM; while :; do sleep 0.1; done ;;
  own) case "$*" in *own-begin.yml*) event "Replace the rules" hub false changed; event "There is something to do" hub true ok ;; *) event "Theirs" hub false changed ;; esac ;;
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

function begin(content: Variables, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Running {
  const encoded = gzipSync(JSON.stringify(content)).toString("base64");
  return start("run.py", ["prometheus", ...args], { ...environment, MONITORING_INVENTORY: encoded, ...env });
}

async function run(content: Variables, env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<Said> {
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

describe("what is refused before anything is touched", () => {
  async function expectRefusal(
    words: string,
    content: Variables,
    env: NodeJS.ProcessEnv = {},
    args: string[] = [],
  ): Promise<void> {
    const said = await run(content, env, args);
    expect(said.stderr).toContain(words);
    expect(said.code).toBe(1);
    expect(calls()).toEqual([]);
    expect(inFlight()).toEqual([]);
  }

  test("a secret that is not in the environment", async () => {
    const secrets = [{ name: "scrape_app", environment: "APP_TOKEN", version: "1" }];
    await expectRefusal(
      'secret "scrape_app": the environment variable APP_TOKEN is not set',
      inventory({ monitoring_secrets: secrets }),
    );
  });

  test("a secret whose file is not there; its path counts from the project", async () => {
    const secrets = [{ name: "scrape_app", file: "secret.txt", version: "1" }];
    await expectRefusal(join(project, "secret.txt"), inventory({ monitoring_secrets: secrets }));
  });

  test.each(["hooks.slack.com/services/t0ken", "t0ken", "https:// t0ken", "https://example.com/{{ t0ken }}"])(
    "a secret that should be a URL and is not: %s",
    async (value) => {
      const secrets = [{ name: "ops.webhook_url", environment: "WEBHOOK", version: "1", url: true }];
      const content = inventory({ monitoring_secrets: secrets });
      await expectRefusal('secret "ops.webhook_url": what WEBHOOK holds is no URL', content, { WEBHOOK: value });
      expect((await run(content, { WEBHOOK: value })).stderr).not.toContain("t0ken");
    },
  );

  test("no Ansible, and how to install it", async () => {
    const without = (process.env.PATH ?? "")
      .split(":")
      .filter((folder) => !existsSync(join(folder, "ansible-playbook")));
    await expectRefusal("ansible-playbook was found neither in PATH nor in", inventory(), { PATH: without.join(":") });
  });

  test("an Ansible that is too old", async () => {
    await expectRefusal("is ansible-core 2.14, needed is 2.19 or later", inventory(), { VERSION: "2.14.3" });
  });

  test("a host that the run does not have", async () => {
    await expectRefusal('no host "app" in prometheus: there are hub', inventory(), {}, ["--limit", "app"]);
  });

  test("a firewall that is to admit a name", async () => {
    const port = { name: "node_exporter_http", protocol: "tcp", port: 9100, sources: ["2001:db8::/32", "db.internal"] };
    await expectRefusal(
      'the firewall of "hub" is to admit "db.internal" to port 9100 (node_exporter_http), which is neither an address nor a CIDR block',
      withFirewall({ hub: { firewall_ports: [port] } }),
    );
  });

  test("an inventory that is none", async () => {
    await expectRefusal("is not an inventory", inventory(), { MONITORING_INVENTORY: "bm9uZQ==" });
  });
});

describe("a run", () => {
  test("hands Ansible a private copy, and tells what came of it", async () => {
    // WHEN
    const said = await run(inventory({}, {}, { host_keys: ["ssh-ed25519 AAAA"] }), { ACT: "change" });

    // THEN
    expect(said.stdout).toContain("prometheus  hub: 1 changed in 2 s");
    expect(said.code).toBe(0);
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
      tasks: [{ name: "Look at the server" }, { name: "Write the unit", status: "changed" }],
    });
    expect(inFlight()).toEqual([]);
  });

  test("leaves a host alone that only was looked at", async () => {
    const said = await run(inventory());
    expect(said.stdout).toContain("prometheus  hub: unchanged");
    expect(written("result.json")).toMatchObject({ hosts: { hub: { state: "unchanged", touched: false } } });
  });

  test("that fails reports it, and is not in flight any more", async () => {
    const said = await run(inventory(), { ACT: "fail" });
    expect(said.code).toBe(2);
    expect(said.stdout).toContain("hub: FAILED: Write the unit");
    expect(inFlight()).toEqual([]);
  });

  test("ends with what there is to warn of", async () => {
    const said = await run(inventory(), { ACT: "warn" });
    expect(said.stdout).toMatch(/prometheus {2}hub: .*\nprometheus {2}hub: WARNING: a port is closed\n$/);
    expect(written("result.json")).toMatchObject({ hosts: { hub: { warnings: ["a port is closed"] } } });
  });

  test("of a playbook of the user's own looks first, and goes only where there is something to do", async () => {
    // GIVEN
    mkdirSync(join(project, "site"));
    const playbook = join(project, "site", "site.yml");
    writeFileSync(playbook, "[]\n");

    // WHEN
    await run(inventory(), {}, ["--playbook", playbook]);
    await run(inventory(), { ACT: "own" }, ["--playbook", playbook]);

    // THEN
    const theirs = join(state, "runs", "prometheus", "own", ".with-finish.yml");
    expect(JSON.parse(readFileSync(theirs, "utf8"))).toEqual([
      { import_playbook: "site.yml" },
      { import_playbook: join(state, "runs", "prometheus", "playbooks", "own-finish.yml") },
    ]);
    expect(calls().map((call) => call.replace(/^.*variables.json /, ""))).toEqual([
      "own-begin.yml",
      "own-begin.yml",
      theirs,
    ]);
    expect(written("result.json")).toMatchObject({ hosts: { hub: { state: "changed", changed: 2 } } });
  });
});

describe("host keys are always checked", () => {
  test.each([
    ["those that the inventory names", { host_keys: ["ssh-ed25519 AAAA"] }, "StrictHostKeyChecking=yes"],
    ["those in a file", { known_hosts_file: "/keys" }, "StrictHostKeyChecking=yes"],
    ["the first one that is seen", {}, "StrictHostKeyChecking=accept-new"],
  ])("%s", async (_name, ssh, words) => {
    await run(inventory({}, {}, ssh));
    expect(host().ansible_ssh_common_args).toContain(words);
    expect(host().ansible_ssh_common_args).toContain("HostKeyAlias=hub-1");
  });

  test.each([
    ["admin@203.0.113.7:2222", "-p 2222 -l admin -W [%h]:%p -- 203.0.113.7"],
    ["admin@bastion", "-l admin -W [%h]:%p -- bastion"],
    ["203.0.113.7", "-W [%h]:%p -- 203.0.113.7"],
    ["admin@[2001:db8::1]:22", "-p 22 -l admin -W [%h]:%p -- 2001:db8::1"],
    ["admin@2001:db8::1", "-l admin -W [%h]:%p -- 2001:db8::1"],
  ])("that of a jump host too: %s", async (jump, words) => {
    await run(inventory({}, {}, { jump_host: jump }));
    const plain = String(host().ansible_ssh_common_args).replace(/['"]/g, "");
    expect(plain).toMatch(/ProxyCommand=ssh .*StrictHostKeyChecking=accept-new/);
    expect(plain).toContain(words);
  });

  test("with keys from the user's home folder or the project, for the jump host too", async () => {
    const keyed = (file: string): Variables => {
      const content = inventory({}, {}, { jump_host: "admin@bastion" }) as { all: { hosts: { hub: Variables } } };
      content.all.hosts.hub.ansible_ssh_private_key_file = file;
      return content;
    };
    await run(keyed("~/.ssh/50%"));
    expect(host().ansible_ssh_private_key_file).toBe(join(project, ".ssh/50%"));
    // Where the outer ssh fills in whom to reach, a percent sign stands twice.
    expect(host().ansible_ssh_common_args).toContain(`-i ${join(project, ".ssh/50%%")}`);
    await run(keyed("keys/id"));
    expect(host().ansible_ssh_private_key_file).toBe(join(project, "keys/id"));
  });
});

describe("the fingerprint", () => {
  const secret = { monitoring_secrets: [{ name: "scrape_app", environment: "APP_TOKEN", version: "1" }] };

  test("stays the same when nothing changed that the run consumes", async () => {
    const before = await fingerprint(inventory());
    expect(await fingerprint(inventory({}, {}, { wait: 99, jump_host: "a@b" }))).toBe(before);
  });

  test("changes with variables, playbooks and machines", async () => {
    const all = [
      await fingerprint(inventory()),
      await fingerprint(inventory({ prometheus_retention_time: "30d" })),
      await fingerprint(inventory({ monitoring_run: { playbook: "prometheus.yml", content: "2", component: true } })),
      await fingerprint(inventory({}, { generation: "2" })),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("changes with a secret, whose value is in no file", async () => {
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

  test("goes with every run to the hosts that have one", async () => {
    await run(withFirewall({ hub: rules }, { firewall_trial: 60 }));
    expect(host()).toMatchObject({
      firewall_mode: "guard",
      firewall_ports: [],
      firewall_trial: 60,
      monitoring_server: { name: "hub", id: "i-1", generation: "1" },
      monitoring_firewall_fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test.each([
    ["no host has one", inventory()],
    ["others have one", withFirewall({})],
  ])("is no concern of a run where %s", async (_name, content) => {
    await run(content);
    expect(Object.keys(host()).filter((name) => name.includes("firewall"))).toEqual([]);
  });

  test("has a fingerprint of its own, and is no part of the run's", async () => {
    const before = await fingerprint(withFirewall({ hub: rules }));
    const firewall = host().monitoring_firewall_fingerprint;
    expect(await fingerprint(withFirewall({ hub: { ...rules, firewall_mode: "strict" } }))).toBe(before);
    expect(host().monitoring_firewall_fingerprint).not.toBe(firewall);
    expect(await fingerprint(inventory())).toBe(before);
  });

  test("has the fingerprint of its own run, by which that knows that others applied it", async () => {
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

describe("a run that is cut off", () => {
  // Who stops by Ctrl-C records how it ended; by the others, whoever started us may be about to end itself.
  test.each([
    ["SIGINT", []],
    ["SIGTERM", ["prometheus"]],
    ["SIGHUP", ["prometheus"]],
  ] as const)("by %s stops Ansible, says so, and has %j in flight", async (signal, left) => {
    // GIVEN
    const { process: wrapper, ended } = begin(inventory(), { ACT: "wait" });
    await untilExists(join(project, "pid"));

    // WHEN
    wrapper.kill(signal);

    // THEN
    const said = await ended;
    expect(said.code).toBe(130);
    expect(said.stdout).toContain(`stopped by ${signal}`);
    expect(said.stdout).toContain("hub: stopped after 2 tasks");
    await expectAnsibleToEnd();
    expect(inFlight()).toEqual(left);
  });

  test("by SIGKILL stays in flight, and takes Ansible with it", async () => {
    const { process: wrapper, ended } = begin(inventory(), { ACT: "wait" });
    await untilExists(join(project, "pid"));
    wrapper.kill("SIGKILL");
    await ended;
    await expectAnsibleToEnd();
    expect(inFlight()).toEqual(["prometheus"]);
  });

  test("is repeated, and then is not in flight any more", async () => {
    mkdirSync(join(state, "in-flight"), { recursive: true });
    writeFileSync(join(state, "in-flight", "prometheus"), "left over");
    await run(inventory());
    expect(inFlight()).toEqual([]);
  });

  async function expectAnsibleToEnd(): Promise<void> {
    const pid = Number(readFileSync(join(project, "pid"), "utf8"));
    await until(() => !alive(pid));
    expect(alive(pid)).toBe(false);
  }
});

describe("files that a synthesis made", () => {
  /** An inventory that wants a file of this text for the hub, which is there. */
  function withFile(content: string): Variables {
    mkdirSync(join(project, "files", "hub", "rules"), { recursive: true });
    writeFileSync(join(project, "files", "hub", "rules", "own.yml"), content);
    return inventory({ monitoring_files_sha256: filesHash([{ path: "rules/own.yml", content }]) });
  }

  test("are handed to each host's role as a private copy", async () => {
    expect(await run(withFile("groups: []\n"), {}, ["--files", join(project, "files")])).toMatchObject({ code: 0 });
    const { all } = JSON.parse(readFileSync(join(state, "runs", "prometheus", "inventory.json"), "utf8")) as {
      all: { hosts: { hub: Record<string, string> } };
    };
    const folder = join(state, "runs", "prometheus", "files", "hub");
    expect(all.hosts.hub.monitoring_files).toBe(folder);
    expect(readFileSync(join(folder, "rules", "own.yml"), "utf8")).toBe("groups: []\n");
  });

  test("are refused before any server is touched when they are not those that were planned", async () => {
    const planned = withFile("groups: []\n");
    writeFileSync(join(project, "files", "hub", "rules", "own.yml"), "groups: [changed]\n");
    const { code, stderr } = await run(planned, {}, ["--files", join(project, "files")]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `prometheus  error: ${join(project, "files", "hub")} is not what was planned (it was changed since): synthesize and deploy again\n`,
    });
    expect(calls()).toEqual([]);
  });

  test("are asked for when nobody named their folder, and missed when they are gone", async () => {
    const planned = inventory({ monitoring_files_sha256: "1" });
    expect((await run(planned)).stderr).toContain("name their folder by --files");
    expect((await run(planned, {}, ["--files", project])).stderr).toContain("(it is missing)");
  });
});

test("a second run waits for the first, and says so", async () => {
  // GIVEN
  const first = begin(inventory(), { ACT: "wait" });
  await untilExists(join(project, "pid"));
  const second = begin(inventory());
  let said = "";
  second.process.stdout?.on("data", (text: string) => (said += text));

  // THEN
  await until(() => said.includes("waiting for another run of it to end"));
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
