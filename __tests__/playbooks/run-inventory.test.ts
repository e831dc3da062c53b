import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { filesHash } from "../../lib/inventory/generated-file";
import { start } from "./python";
import { inventory, RunProgram, Variables, withFirewall } from "./run-program";

const program = new RunProgram();

async function fingerprint(content: Variables, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  expect(await program.run(content, env)).toMatchObject({ code: 0 });
  return program.host().monitoring_fingerprint;
}

describe("the host key is checked against", () => {
  it.each([
    ["the keys in the inventory", { host_keys: ["ssh-ed25519 AAAA"] }, "runs/prometheus/known_hosts"],
    ["a known_hosts file", { known_hosts_file: "/keys" }, '"/keys"'],
    ["the key of the first connection", {}, ".cdktf-monitoring/local/known_hosts"],
  ])("%s", async (_name, ssh, file) => {
    await program.run(inventory({}, {}, ssh));
    expect(program.host().ansible_ssh_common_args).toContain(file);
    expect(program.host().ansible_ssh_common_args).toContain("StrictHostKeyChecking=yes");
    expect(program.host().ansible_ssh_common_args).toContain("HostKeyAlias=hub-1");
  });

  it.each([
    ["admin@203.0.113.7:2222", "-p 2222 -l admin -W [%h]:%p -- 203.0.113.7"],
    ["admin@bastion", "-l admin -W [%h]:%p -- bastion"],
    ["203.0.113.7", "-W [%h]:%p -- 203.0.113.7"],
    ["admin@[2001:db8::1]:22", "-p 22 -l admin -W [%h]:%p -- 2001:db8::1"],
    ["admin@2001:db8::1", "-l admin -W [%h]:%p -- 2001:db8::1"],
  ])("the key of the first connection, for jump host %s too", async (jump, command) => {
    await program.run(inventory({}, {}, { jump_host: jump }));
    const plain = String(program.host().ansible_ssh_common_args).replace(/['"]/g, "");
    expect(plain).toMatch(/ProxyCommand=ssh .*StrictHostKeyChecking=yes/);
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
    await program.run(keyed("~/.ssh/50%"));
    // ssh replaces percent signs in the path, so they are doubled. The outer ssh replaces those of the jump host's command too.
    expect(program.host().ansible_ssh_private_key_file).toBe(join(program.project, ".ssh/50%%"));
    expect(program.host().ansible_ssh_common_args).toContain(`IdentityFile="${join(program.project, ".ssh/50%%%%")}"`);
    // The keys of the SSH agent are not offered, neither to the server nor to the jump host.
    expect(String(program.host().ansible_ssh_common_args).match(/IdentitiesOnly=yes/g)).toHaveLength(2);
    await program.run(keyed("keys/id"));
    expect(program.host().ansible_ssh_private_key_file).toBe(join(program.project, "keys/id"));
  });
});

describe("sudo's password", () => {
  it.each([
    ["an environment variable", { environment: "SUDO" }, { environment: "SUDO" }],
    ["a file", { file: "keys/sudo" }, { file: "/keys/sudo" }],
  ])("is read from %s by a lookup, and is in no file", async (_name, reference, expected) => {
    mkdirSync(join(program.project, "keys"));
    writeFileSync(join(program.project, "keys", "sudo"), "hunter2");
    await program.run(inventory({}, {}, { sudo_password: reference }), { SUDO: "hunter2" });
    const { monitoring_sudo_password: found, ansible_become_password: lookup } = program.host();
    expect(JSON.parse(JSON.stringify(found).replace(program.project, ""))).toEqual(expected);
    expect(lookup).toContain("{{ (lookup(");
    for (const file of ["inventory.json", "variables.json", "members.json", "result.json"])
      expect(readFileSync(join(program.state, "runs", "prometheus", file), "utf8")).not.toContain("hunter2");
  });
});

describe("unknown host keys are accepted", () => {
  const accepted = async (env: NodeJS.ProcessEnv): Promise<unknown> => {
    const content = inventory() as { all: { vars: Variables } };
    content.all.vars.monitoring_owner = { id: "1", name: "stack/monitoring" };
    await program.run(content, env);
    return (program.written("variables.json") as { monitoring_probe: { accepts: unknown } }).monitoring_probe.accepts;
  };
  const deploy = { MONITORING_TRUST: "first-use" };

  it("by a deploy, if the private folder is that of the stack's first deploy", async () => {
    mkdirSync(program.state, { recursive: true });
    writeFileSync(join(program.state, "owner"), "1\n");
    expect(await accepted(deploy)).toBeNull();
    expect(await accepted({})).toEqual([]);
  });

  it("of servers that CDKTF_MONITORING_TRUST lists, if the folder was lost", async () => {
    expect(await accepted(deploy)).toEqual([]);
    expect(await accepted({ ...deploy, CDKTF_MONITORING_TRUST: "app, db" })).toEqual(["app", "db"]);
    mkdirSync(program.state, { recursive: true });
    writeFileSync(join(program.state, "owner"), "2\n");
    expect(await accepted(deploy)).toEqual([]);
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
      expect(readFileSync(join(program.state, "runs", "prometheus", file), "utf8")).not.toContain("hunter");
    }
  });
});

describe("the firewall", () => {
  const rules = { monitoring_server: { name: "hub", id: "i-1" }, firewall_mode: "guard", firewall_ports: [] };

  it("adds its rules to every run on the same hosts", async () => {
    await program.run(withFirewall({ hub: rules }, { firewall_trial: 60 }));
    expect(program.host()).toMatchObject({
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
    await program.run(content);
    expect(Object.keys(program.host()).filter((name) => name.includes("firewall"))).toEqual([]);
  });

  it("has its own fingerprint, which is not part of the run's fingerprint", async () => {
    const before = await fingerprint(withFirewall({ hub: rules }));
    const firewall = program.host().monitoring_firewall_fingerprint;
    expect(await fingerprint(withFirewall({ hub: { ...rules, firewall_mode: "strict" } }))).toBe(before);
    expect(program.host().monitoring_firewall_fingerprint).not.toBe(firewall);
    expect(await fingerprint(inventory())).toBe(before);
  });

  it("has the same fingerprint in its own run, which therefore knows that another run applied the rules", async () => {
    const content = withFirewall({ hub: rules });
    await program.run(content);
    const other = program.host().monitoring_firewall_fingerprint;
    const encoded = gzipSync(JSON.stringify(content)).toString("base64");
    await start("run.py", ["firewall"], { ...program.environment, MONITORING_INVENTORY: encoded }).ended;
    const file = join(program.state, "runs", "firewall", "inventory.json");
    const { all } = JSON.parse(readFileSync(file, "utf8")) as { all: { hosts: { hub: Variables } } };
    expect(all.hosts.hub).toMatchObject({ monitoring_fingerprint: other, monitoring_firewall_fingerprint: other });
  });
});

describe("generated files", () => {
  /** Generates a file for the hub, and returns an inventory that expects it. */
  function withFile(content: string): Variables {
    mkdirSync(join(program.project, "files", "hub", "rules"), { recursive: true });
    writeFileSync(join(program.project, "files", "hub", "rules", "own.yml"), content);
    return inventory({ monitoring_files_sha256: filesHash([{ path: "rules/own.yml", content }]) });
  }

  it("are passed to each host's role as a private copy", async () => {
    expect(await program.run(withFile("groups: []\n"), {}, ["--files", join(program.project, "files")])).toMatchObject({
      code: 0,
    });
    const { all } = JSON.parse(readFileSync(join(program.state, "runs", "prometheus", "inventory.json"), "utf8")) as {
      all: { hosts: { hub: Record<string, string> } };
    };
    const folder = join(program.state, "runs", "prometheus", "files", "hub");
    expect(all.hosts.hub.monitoring_files).toBe(folder);
    expect(readFileSync(join(folder, "rules", "own.yml"), "utf8")).toBe("groups: []\n");
  });

  it("are rejected before any server is touched if they changed after the plan", async () => {
    const planned = withFile("groups: []\n");
    writeFileSync(join(program.project, "files", "hub", "rules", "own.yml"), "groups: [changed]\n");
    const { code, stderr } = await program.run(planned, {}, ["--files", join(program.project, "files")]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `prometheus  error: the generated files in ${join(program.project, "files", "hub")} changed after the plan: synthesize and deploy again\n`,
    });
    expect(program.calls()).toEqual([]);
  });

  it("are required if the inventory expects them", async () => {
    const planned = inventory({ monitoring_files_sha256: "1" });
    expect((await program.run(planned)).stderr).toContain(
      "run prometheus needs generated files: pass their folder with --files",
    );
    expect((await program.run(planned, {}, ["--files", program.project])).stderr).toContain(
      "are missing: synthesize and deploy again",
    );
  });
});
