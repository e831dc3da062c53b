import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitForFile, waitUntil } from "./python";
import { inventory, RunProgram, Variables, withFirewall } from "./run-program";

const program = new RunProgram();

describe("before any server is touched, a run rejects", () => {
  async function expectError(
    message: string,
    content: Variables,
    env: NodeJS.ProcessEnv = {},
    args: string[] = [],
  ): Promise<void> {
    const output = await program.run(content, env, args);
    expect(output.stderr).toContain(message);
    expect(output.code).toBe(1);
    expect(program.calls()).toEqual([]);
    expect(program.inFlight()).toEqual([]);
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
    await expectError(join(program.project, "secret.txt"), inventory({ monitoring_secrets: secrets }));
  });

  it.each(["hooks.slack.com/services/t0ken", "t0ken", "https:// t0ken", "https://example.com/{{ t0ken }}"])(
    "a secret that is not a URL: %s",
    async (value) => {
      const secrets = [{ name: "ops.webhook_url", environment: "WEBHOOK", version: "1", url: true }];
      const content = inventory({ monitoring_secrets: secrets });
      await expectError('secret "ops.webhook_url": environment variable WEBHOOK does not contain a URL', content, {
        WEBHOOK: value,
      });
      expect((await program.run(content, { WEBHOOK: value })).stderr).not.toContain("t0ken");
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
    const output = await program.run(inventory({}, {}, { host_keys: ["ssh-ed25519 AAAA"] }), { ACT: "change" });

    // THEN
    expect(output.stdout).toContain("prometheus  hub  changed  1 task, 2 s\n");
    expect(output.code).toBe(0);
    const folder = join(program.state, "runs", "prometheus");
    expect(program.calls()).toEqual([
      `--inventory ${folder}/inventory.json --extra-vars @${folder}/variables.json prometheus.yml`,
    ]);
    expect(existsSync(join(folder, "playbooks", "roles", "prometheus", "tasks", "main.yml"))).toBe(true);
    expect(readFileSync(join(folder, "known_hosts"), "utf8")).toBe("hub-1 ssh-ed25519 AAAA\n");
    expect(statSync(join(folder, "inventory.json")).mode & 0o777).toBe(0o600);
    expect(program.written("result.json")).toMatchObject({
      run: "prometheus",
      exit: 0,
      hosts: { hub: { state: "changed", touched: true, changed: 1, tasks: 2 } },
      tasks: [{ name: "Run the preflight checks" }, { name: "Write the unit", status: "changed" }],
    });
    expect(program.inFlight()).toEqual([]);
  });

  it("reports a host as unchanged if it was only observed", async () => {
    const output = await program.run(inventory());
    expect(output.stdout).toContain("prometheus  hub  unchanged\n");
    expect(program.written("result.json")).toMatchObject({ hosts: { hub: { state: "unchanged", touched: false } } });
  });

  it("reports a failure, and is no longer in flight", async () => {
    const output = await program.run(inventory(), { ACT: "fail" });
    expect(output.code).toBe(2);
    expect(output.stdout).toContain("hub  FAILED  Write the unit");
    expect(program.inFlight()).toEqual([]);
  });

  it("prints warnings below their host", async () => {
    const output = await program.run(inventory(), { ACT: "warn" });
    expect(output.stdout).toBe(
      "prometheus  hub  ok       nothing to change, 2 s\nprometheus  hub  WARNING  a port is closed\n",
    );
    expect(program.written("result.json")).toMatchObject({ hosts: { hub: { warnings: ["a port is closed"] } } });
  });

  it("runs a user-provided playbook only on hosts where something changed", async () => {
    // GIVEN
    mkdirSync(join(program.project, "site"));
    const playbook = join(program.project, "site", "site.yml");
    writeFileSync(playbook, "[]\n");

    // WHEN
    await program.run(inventory(), {}, ["--playbook", playbook]);
    await program.run(inventory(), { ACT: "own" }, ["--playbook", playbook]);

    // THEN
    const combined = join(program.state, "runs", "prometheus", "own", ".with-finish.yml");
    expect(JSON.parse(readFileSync(combined, "utf8"))).toEqual([
      { import_playbook: "site.yml" },
      { import_playbook: "../playbooks/user-finish.yml" },
    ]);
    expect(program.calls().map((call) => call.replace(/^.*variables.json /, ""))).toEqual([
      "user-preflight.yml",
      "user-preflight.yml",
      combined,
    ]);
    expect(program.written("result.json")).toMatchObject({ hosts: { hub: { state: "changed", changed: 2 } } });
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
    const { process: wrapper, ended } = program.begin(inventory(), { ACT: "wait" });
    await waitForFile(join(program.project, "pid"));

    // WHEN
    wrapper.kill(signal);

    // THEN
    const output = await ended;
    expect(output.code).toBe(130);
    expect(output.stdout).toContain(`stopped by ${signal}`);
    expect(output.stdout).toContain("hub  interrupted  after 2 tasks");
    await expectAnsibleToEnd();
    expect(program.inFlight()).toEqual(remaining);
  });

  it("stays in flight after SIGKILL, and ends Ansible", async () => {
    const { process: wrapper, ended } = program.begin(inventory(), { ACT: "wait" });
    await waitForFile(join(program.project, "pid"));
    wrapper.kill("SIGKILL");
    await ended;
    await expectAnsibleToEnd();
    expect(program.inFlight()).toEqual(["prometheus"]);
  });

  it.each([
    ["a deploy repeated it, which keeps what its plan saw", { MONITORING_TRUST: "first-use" }, "left over"],
    ["a person repeated it, which no plan saw", {}, undefined],
  ])("is no longer in flight after %s", async (_, env, planned) => {
    mkdirSync(join(program.state, "in-flight"), { recursive: true });
    writeFileSync(join(program.state, "in-flight", "prometheus"), "left over");
    await program.run(inventory(), env);
    expect(program.inFlight()).toEqual([]);
    const repeated = join(program.state, "repeated", "prometheus");
    expect(existsSync(repeated) ? readFileSync(repeated, "utf8") : undefined).toBe(planned);
  });

  async function expectAnsibleToEnd(): Promise<void> {
    const pid = Number(readFileSync(join(program.project, "pid"), "utf8"));
    await waitUntil(() => !alive(pid));
    expect(alive(pid)).toBe(false);
  }
});

it("waits for another process with the same run, and prints that it waits", async () => {
  // GIVEN
  const first = program.begin(inventory(), { ACT: "wait" });
  await waitForFile(join(program.project, "pid"));
  const second = program.begin(inventory());
  let stdout = "";
  second.process.stdout?.on("data", (text: string) => (stdout += text));

  // THEN
  await waitUntil(() => stdout.includes("prometheus  waiting for another process that executes the same run"));
  expect(program.calls()).toHaveLength(1);

  // WHEN
  first.process.kill("SIGTERM");

  // THEN
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(program.calls()).toHaveLength(2);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
