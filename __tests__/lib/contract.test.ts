import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { contract } from "../../lib/contract";
import { machineKey } from "../../lib/inventory/leave";
import { parseJumpHost } from "../../lib/network/jump-host";
import { packageRoot, playbooksDirectory } from "../../lib/paths";
import { cacheDirectory } from "../../tools/cli/project";

/** A file on servers, next to the folders. */
const OWNER_FILE = "owner";
const localScripts = join(packageRoot, "constructs", "servers", "local", "scripts");

/** Evaluates a Python expression over `value` for each value. imports: statements that run first, in a folder. */
function python(folder: string, imports: string, expression: string, values: readonly unknown[]): unknown[] {
  const program = `import json, os, sys
${imports}
print(json.dumps([${expression} for value in json.load(sys.stdin)]))`;
  const output = execFileSync("python3", ["-B", "-c", program], {
    cwd: folder,
    encoding: "utf8",
    input: JSON.stringify(values),
  });
  return JSON.parse(output) as unknown[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(yml|j2|sh|py)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

it("keeps the names in the state folders of deployed stacks", () => {
  expect(contract).toMatchObject({
    privateDirectory: ".cdktf-monitoring",
    artifactsLock: "artifacts.lock.json",
    state: {
      inFlight: "in-flight",
      repeated: "repeated",
      runs: "runs",
      result: "result.json",
      placements: "placements",
      members: "members.json",
      knownHosts: "known_hosts",
      builtModules: "built-modules",
      connections: "connections",
      owner: "owner",
      formerOwners: "former-owners",
      certificates: "certificates",
    },
    runs: { groupPrefix: "run_" },
    server: { directory: "/etc/cdktf-monitoring", data: "/var/lib/monitoring" },
  });
  expect(JSON.parse(readFileSync(join(localScripts, "state-files.json"), "utf8"))).toEqual({
    keyFile: "ssh/id_ed25519",
    knownHostsDirectory: "known_hosts.d",
  });
});

it("contains all folders on servers that the roles use", () => {
  const { directory, folders } = contract.server;
  const texts = filesBelow(join(playbooksDirectory, "roles")).join("\n");
  const names = texts.matchAll(new RegExp(`(?:${directory}|\\$monitoring_folder)/([\\w-]+)`, "g"));
  const used = [...names].map(([, name]) => name).filter((name) => name !== OWNER_FILE);
  expect([...new Set(used)].sort()).toEqual(folders);
});

it("contains the pattern with which verify removes Telegram tokens", () => {
  // This program runs on a server without the contract.
  const program = join(playbooksDirectory, "verification", "checks", "alertmanager.py");
  expect(readFileSync(program, "utf8")).toContain(`"${contract.telegramToken}"`);
  const pattern = new RegExp(contract.telegramToken, "g");
  expect("https://api.telegram.org/bot123:Ab-c_9/sendMessage".replace(pattern, "bot…")).toBe(
    "https://api.telegram.org/bot…/sendMessage",
  );
});

it("parses jump hosts in the same way in TypeScript and in Python, also malformed ones", () => {
  const texts = [
    ...["bastion", "bastion:22", "admin@bastion", "admin@203.0.113.7:2222", "2001:db8::1", "admin@2001:db8::1"],
    ...["[2001:db8::1]", "admin@[2001:db8::1]:22", "@bastion", "bastion:ssh", "[bastion", "a@b@c", "::1:22", ":22"],
    ...["", "one\ntwo"],
  ];
  const parsed = texts.map((text) => {
    const { user = "", host, port } = parseJumpHost(text);
    return [user, host, port === undefined ? "" : String(port)];
  });
  expect(python(playbooksDirectory, "from controller import ssh", "ssh.split_jump_host(value)", texts)).toEqual(parsed);
});

it("identifies a machine in the same way in TypeScript and in Python", () => {
  const connection = { user: "root", hostKeys: [], hostKeyAlias: "hub", waitSeconds: 5, host: "10.0.0.7", port: 2222 };
  const connections = [connection, { ...connection, jumpHost: "admin@bastion" }];
  const hosts = connections.map(({ host, port, ...rest }) => ({
    ansible_host: host,
    ansible_port: port,
    monitoring_ssh: { jump_host: "jumpHost" in rest ? rest.jumpHost : null },
  }));
  const keys = python(playbooksDirectory, "from controller import placements", "placements.machine_key(value)", hosts);
  expect(keys).toEqual(connections.map(machineKey));
});

describe("the cache folder", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it.each([
    [{ CDKTF_MONITORING_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    [{ CDKTF_MONITORING_CACHE: "~/own" }, join(homedir(), "own")],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "/xdg" }, "/xdg/cdktf-monitoring"],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "~/xdg" }, join(homedir(), "xdg", "cdktf-monitoring")],
    [{ CDKTF_MONITORING_CACHE: "", XDG_CACHE_HOME: "" }, join(homedir(), ".cache", "cdktf-monitoring")],
  ])("is the same for the tools, the playbooks and the local servers with %j", (environment, expected) => {
    Object.assign(process.env, environment);
    expect([cacheDirectory(), ...inPython(environment)]).toEqual([expected, expected, expected]);
  });

  it("starts in the current folder if the path is relative", () => {
    process.env.CDKTF_MONITORING_CACHE = "own";
    expect(cacheDirectory()).toBe(join(process.cwd(), "own"));
    expect(inPython({ CDKTF_MONITORING_CACHE: "own" })).toEqual([
      join(playbooksDirectory, "own"),
      join(localScripts, "own"),
    ]);
  });

  /** The cache folder of the playbooks and of the local servers, each with its own folder as the current folder. */
  function inPython(environment: object): unknown[] {
    const expression = "os.environ.update(value) or str(cache_directory())";
    return [
      ...python(playbooksDirectory, "from controller.cache import cache_directory", expression, [environment]),
      ...python(localScripts, "from common import cache_directory", expression, [environment]),
    ];
  }
});

it("locks a file in the same way for the playbooks and for the local servers", () => {
  // GIVEN a lock of the playbooks, THEN the scripts of the local servers wait for it.
  const program = `import sys, threading, time
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from controller.lock import locked
import common
file, waited = Path(sys.argv[3]), []
common.log = waited.append
def other():
    with common.locked(file, "waiting"):
        waited.append("locked")
with locked(file, lambda: waited.append("never")):
    thread = threading.Thread(target=other)
    thread.start()
    while not waited: time.sleep(0.01)
    time.sleep(0.1)
    waited.append("released")
thread.join()
print(",".join(waited))`;
  const file = join(packageRoot, "node_modules", ".cache", "contract-test.lock");
  const output = execFileSync("python3", ["-B", "-c", program, playbooksDirectory, localScripts, file], {
    encoding: "utf8",
  });
  expect(output).toBe("waiting,released,locked\n");
});
