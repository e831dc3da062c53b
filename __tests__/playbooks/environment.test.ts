import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder } from "./python";

const OF_ANSIBLE =
  "environment.of_ansible(Path(sys.argv[1]) / 'ansible.cfg', 'firewall', Path('/events'), Path(sys.argv[2]), len(sys.argv) > 3)";

/** Evaluates an expression that uses the module `environment`. */
function evaluate(expression: string, env: NodeJS.ProcessEnv, args: readonly string[] = []): unknown {
  const code = `import json, os, sys
from pathlib import Path
sys.path.insert(0, ${JSON.stringify(playbooksDirectory)}); sys.dont_write_bytecode = True
from controller import environment
from controller.errors import RunError
try: print(json.dumps(${expression}, default=str))
except RunError as error: print(json.dumps({"error": str(error)}))`;
  const cleaned = { PATH: process.env.PATH, HOME: temporaryFolder(), ...env };
  return JSON.parse(execFileSync("python3", ["-E", "-c", code, ...args], { encoding: "utf8", env: cleaned }));
}

function ofAnsible(env: NodeJS.ProcessEnv, userProvided = false): Record<string, string> {
  const args = [playbooksDirectory, "/home-of-run", ...(userProvided ? ["user"] : [])];
  return evaluate(OF_ANSIBLE, env, args) as Record<string, string>;
}

afterAll(removeFolders);

describe("the environment of Ansible", () => {
  it("contains the variables of the user, which a user-provided playbook may read", () => {
    expect(ofAnsible({ APP_TOKEN: "s3cret", AWS_PROFILE: "ops" })).toMatchObject({
      APP_TOKEN: "s3cret",
      AWS_PROFILE: "ops",
      MONITORING_RUN: "firewall",
    });
  });

  it("does not contain variables that change or break programs", () => {
    const names = [
      ...["ANSIBLE_ACTION_PLUGINS", "ANSIBLE_BECOME_PASSWORD_FILE", "ANSIBLE_REMOTE_USER", "ANSIBLE_CONFIGURATION"],
      ...["_ANSIBLE_TEMPLAR_SANDBOX_MODE", "PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "BASH_ENV", "CDPATH"],
      ...["LC_MESSAGES", "LANG", "LANGUAGE", "MONITORING_INVENTORY"],
    ];
    const hostile = Object.fromEntries(names.map((name) => [name, "nonsense"]));
    for (const userProvided of [false, true])
      expect(Object.keys(ofAnsible(hostile, userProvided)).filter((name) => names.includes(name))).toEqual([]);
  });

  it("passes usable numbers, and no others", () => {
    const numbers = { ANSIBLE_FORKS: "5", ANSIBLE_VERBOSITY: "3" };
    expect(ofAnsible(numbers)).toMatchObject(numbers);
    expect(Object.keys(ofAnsible({ ANSIBLE_FORKS: "0", ANSIBLE_VERBOSITY: "loud" }))).not.toContain("ANSIBLE_FORKS");
  });

  it("passes collections and vaults only to user-provided playbooks", () => {
    const settings = {
      ANSIBLE_HOME: "/srv/ansible",
      ANSIBLE_COLLECTIONS_PATH: "/srv/collections",
      ANSIBLE_VAULT_PASSWORD_FILE: "/srv/password",
      ANSIBLE_HASHI_VAULT_ADDR: "https://vault.example.com",
    };
    expect(ofAnsible(settings, true)).toMatchObject(settings);
    const builtIn = ofAnsible(settings);
    expect(builtIn.ANSIBLE_HOME).toBe("/home-of-run");
    expect(Object.keys(builtIn)).not.toContain("ANSIBLE_VAULT_PASSWORD_FILE");
  });

  it.each([
    { LANG: "de_DE.UTF-8" },
    { LC_ALL: "en_US.UTF-8" },
    { LC_ALL: "C" },
    { LANG: "de_DE.ISO-8859-1", LC_MESSAGES: "xx" },
  ])("has an installed locale with UTF-8 although the user has %j", (env) => {
    const found = ofAnsible(env);
    expect(["C.UTF-8", "en_US.UTF-8"]).toContain(found.LC_ALL);
    expect(evaluate("__import__('locale').setlocale(0, '')", { LC_ALL: found.LC_ALL })).toBe(found.LC_ALL);
  });

  it("has no empty HOME and no missing folder for temporary files", () => {
    expect(Object.keys(ofAnsible({ HOME: "", TMPDIR: "/missing" }))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(HOME|TMPDIR)$/)]),
    );
  });
});

describe("the folder of the sockets of ssh", () => {
  const folder = (env: NodeJS.ProcessEnv): unknown => evaluate("environment.control_directory()", env);

  it("is private, in the user's runtime folder or in the cache", () => {
    const runtime = temporaryFolder();
    expect(folder({ XDG_RUNTIME_DIR: runtime })).toBe(join(runtime, "cdktf-monitoring"));
    expect(statSync(join(runtime, "cdktf-monitoring")).mode & 0o777).toBe(0o700);
    const cache = join(temporaryFolder(), "c");
    expect(folder({ CDKTF_MONITORING_CACHE: cache })).toBe(join(cache, "ssh"));
  });

  it.each([
    ["too long for a socket", "a".repeat(90)],
    ["with a space", "my work"],
    ["with a dollar sign", "a$HOME"],
  ])("is not in a folder whose path is %s", (_, name) => {
    const short = temporaryFolder();
    const cache = join(temporaryFolder(), name);
    expect(folder({ CDKTF_MONITORING_CACHE: cache, TMPDIR: short })).toBe(
      join(short, `cdktf-monitoring-${process.getuid?.() ?? 0}`),
    );
  });

  it("is not a link or a folder that others can use", () => {
    const [open, linked, short] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    mkdirSync(join(open, "cdktf-monitoring"));
    chmodSync(join(open, "cdktf-monitoring"), 0o777);
    symlinkSync(short, join(linked, "cdktf-monitoring"));
    for (const runtime of [open, linked])
      expect(folder({ XDG_RUNTIME_DIR: runtime, CDKTF_MONITORING_CACHE: short })).toBe(join(short, "ssh"));
  });

  it("names the variable to set if there is none", () => {
    const file = join(temporaryFolder(), "x".repeat(90));
    writeFileSync(file, "");
    const env = { HOME: file, XDG_RUNTIME_DIR: file, CDKTF_MONITORING_CACHE: file, TMPDIR: "/tmp" };
    const uid = process.getuid?.() ?? 0;
    expect(
      evaluate("setattr(environment, '_holds_sockets', lambda folder: False) or environment.control_directory()", env),
    ).toEqual({
      error: `no folder for the sockets of ssh (${file}/cdktf-monitoring, ${file}/ssh, /tmp/cdktf-monitoring-${uid}): set XDG_RUNTIME_DIR to a private folder with a short path`,
    });
  });
});

it("names the ignored settings once for all runs of a deploy", () => {
  const state = temporaryFolder();
  const expression = `(lambda lines: [environment.report_ignored(Path(${JSON.stringify(state)}), "deploy", lines.append) for _ in "ab"] and lines)([])`;
  const env = { ANSIBLE_STRATEGY: "free", ANSIBLE_FORKS: "many", ANSIBLE_VAULT_PASSWORD_FILE: "/srv/password" };
  expect(evaluate(expression, env)).toEqual([
    expect.stringMatching(/^ignores ANSIBLE_FORKS, ANSIBLE_STRATEGY in the environment: /),
  ]);
  expect(evaluate(expression, {})).toEqual([]);
});

it("explains a cache folder that the user may not write to", () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const expression = "__import__('controller.cache').cache.cache_folder('artifacts')";
  expect(evaluate(expression, { HOME: file })).toEqual({
    error: `cannot write to the cache folder ${file}/.cache/cdktf-monitoring/artifacts (not a directory): set CDKTF_MONITORING_CACHE to a folder that you may write to`,
  });
});

ansibleTest("no setting of Ansible changes a built-in run", () => {
  const list = spawnSync("ansible-config", ["list", "-t", "all"], { encoding: "utf8" }).stdout;
  const names = [...new Set(list.match(/\b_?ANSIBLE_[A-Z0-9_]+\b/g))];
  expect(names.length).toBeGreaterThan(200);
  const hostile = Object.fromEntries(names.map((name) => [name, "nonsense"]));
  const python = { PYTHONPATH: "/nonsense", PYTHONHOME: "/nonsense", PYTHONUTF8: "0", LC_ALL: "xx_XX" };
  const play = (env: NodeJS.ProcessEnv): unknown => {
    const folder = temporaryFolder();
    const events = join(folder, "events.jsonl");
    writeFileSync(join(folder, "inventory.yml"), "all: {hosts: {here: {ansible_connection: local}}}\n");
    writeFileSync(
      join(folder, "play.yml"),
      "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.command: echo ü\n      changed_when: false\n",
    );
    const variables = evaluate(
      `environment.of_ansible(Path(sys.argv[1]) / 'ansible.cfg', 'firewall', Path(sys.argv[2]) / 'events.jsonl', Path(sys.argv[2]) / 'home')`,
      env,
      [playbooksDirectory, folder],
    ) as NodeJS.ProcessEnv;
    const args = ["--inventory", "inventory.yml", "play.yml"];
    const { status, stdout, stderr } = spawnSync("ansible-playbook", args, {
      cwd: folder,
      env: variables,
      encoding: "utf8",
    });
    const outcomes = readFileSync(events, "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const { name, status: outcome } = JSON.parse(line) as { name: string; status: string };
        return { name, outcome };
      });
    return { status, stdout, stderr, outcomes };
  };
  const expected = play({});
  expect(expected).toMatchObject({ status: 0, stderr: "" });
  expect(play({ ...hostile, ...python })).toEqual(expected);
});
