import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

const SCRIPT = `
import json, sys
from pathlib import Path
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller import probe, ssh
given = json.load(sys.stdin)
folder = Path(given["folder"])
paths = ssh.Paths(folder, folder / "known_hosts", folder / "expected", folder / "jump-hosts")
accepts = None if given["accepts"] is None else tuple(given["accepts"])
one = probe.Probe(given["deploy"], paths, folder / "connections", accepts)
settings = {"wait": given["wait"], "alias": "app-1", **given["ssh"]}
host = {"ansible_host": "app", "ansible_port": 22, "ansible_user": given["user"], "monitoring_ssh": settings}
print(json.dumps([one.connect(name, {**host, "ansible_host": name}) for name in given["names"]]), end="")
`;

/**
 * Replaces ssh. It records its options, and answers with the next line of the file `answers`: the output of a denied or lost
 * connection, or that of a login. Its last line is repeated.
 */
const SSH = `#!/bin/sh
printf '%s ' "$@" | tr '\\n' ' ' >> "$NOTES/calls"; echo >> "$NOTES/calls"
[ "$1" = -v ] && { echo "debug1: Server host key: ssh-ed25519 SHA256:abc" >&2; exit 255; }
cat > "$NOTES/input"
answer=$(head -n 1 "$NOTES/answers")
[ "$(wc -l < "$NOTES/answers")" -gt 1 ] && sed -i 1d "$NOTES/answers"
case "$answer" in
  jump:*) echo "\${answer#jump:}" > "$NOTES/jump-hosts/app"; echo "Connection closed by UNKNOWN port 65535" >&2; exit 255 ;;
  login:*) echo "cdktf-monitoring-access=\${answer#login:}"; [ -z "$SUDO" ] || echo "$SUDO" >&2; exit 0 ;;
  output:*) echo "\${answer#output:}"; exit 1 ;;
  *) printf '%b\\n' "$answer" >&2; exit 255 ;;
esac
`;
const DENIED = "deploy@app: Permission denied (publickey).";
const REFUSED = "ssh: connect to host app port 22: Connection refused";

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ["bin", "connections", "jump-hosts"]) mkdirSync(join(folder, name));
  writeProgram(join(folder, "bin", "ssh"), SSH);
});

afterAll(removeFolders);

/** What a deploy asks for, and how its servers answer. */
interface Options {
  readonly deploy?: string;
  readonly accepts?: readonly string[] | null;
  readonly ssh?: Readonly<Record<string, unknown>>;
  readonly wait?: number;
  readonly user?: string;
  readonly names?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function environment(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const path = `${join(folder, "bin")}:${process.env.PATH ?? ""}`;
  return { ...process.env, NOTES: folder, HOME: folder, XDG_RUNTIME_DIR: folder, PATH: path, ...env };
}

function input({
  deploy = "1",
  accepts = [],
  ssh = {},
  wait = 0.6,
  user = "deploy",
  names = ["app"],
}: Options): string {
  return JSON.stringify({ folder, deploy, accepts, ssh, wait, user, names });
}

/** Connects to servers that answer with these lines. Returns why each cannot be used. */
function connect(answers: readonly string[], options: Options = {}): (string | null)[] {
  writeFileSync(join(folder, "answers"), `${answers.join("\n")}\n`);
  const output = execFileSync("python3", ["-c", SCRIPT, playbooksDirectory], {
    input: input(options),
    encoding: "utf8",
    env: environment(options.env),
  });
  return JSON.parse(output) as (string | null)[];
}

function calls(): string[] {
  const file = join(folder, "calls");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

describe("a refused login", () => {
  it("is tried three times in a deploy, whatever the number of runs", () => {
    expect(connect([DENIED])).toEqual([expect.stringContaining('user "deploy" cannot log in')]);
    expect(calls()).toHaveLength(3);
    expect(connect([DENIED])).toEqual([expect.stringContaining('user "deploy" cannot log in')]);
    expect(calls()).toHaveLength(3);
  });

  it("is tried again by the next deploy", () => {
    connect([DENIED]);
    expect(connect(["login:yes"], { deploy: "2" })).toEqual([null]);
  });

  it("may succeed later, because a new machine gets its key after its SSH starts", () => {
    expect(connect([DENIED, "login:yes"])).toEqual([null]);
  });

  it("is tried three times by runs that start at the same time", async () => {
    writeFileSync(join(folder, "answers"), `${DENIED}\n`);
    const one = async (): Promise<void> =>
      new Promise((resolve) => {
        const child = spawn("python3", ["-c", SCRIPT, playbooksDirectory], { env: environment() });
        child.on("close", () => {
          resolve();
        });
        child.stdin.end(input({}));
      });
    await Promise.all([one(), one(), one()]);
    expect(calls()).toHaveLength(3);
  });

  it("at a jump host is tried three times for all servers behind it", () => {
    const jump = ["jump:admin@bastion: Permission denied (publickey)."];
    const found = connect(jump, { names: ["app", "db"], ssh: { jump_host: "admin@bastion" } });
    expect(found).toEqual([
      expect.stringContaining("jump host admin@bastion rejects the login"),
      expect.stringContaining("jump host admin@bastion rejects the login"),
    ]);
    expect(calls()).toHaveLength(3);
  });
});

it("waits for a server that boots", () => {
  expect(connect([REFUSED, "login:yes"], { wait: 5 })).toEqual([null]);
});

it("ends the wait after the time that the server may take", () => {
  expect(connect([REFUSED])).toEqual([REFUSED]);
  expect(calls()).toHaveLength(1);
});

describe("a host key", () => {
  const changed = "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\\nHost key verification failed.";
  const unknown =
    "No ED25519 host key is known for app-1 and you have requested strict checking.\\nHost key verification failed.";

  it("that changed is not tried again", () => {
    expect(connect([changed])).toEqual([
      expect.stringContaining("its host key has changed since the first connection"),
    ]);
    expect(calls()).toHaveLength(1);
  });

  it("without a record is rejected with its fingerprint and the ways to trust it", () => {
    expect(connect([unknown])).toEqual([
      `this machine has no record of its host key. Either ${folder} was lost, or another machine deployed before. ` +
        "The current key is ssh-ed25519 SHA256:abc. Copy known_hosts and owner from that machine into this folder, or set hostKeys. " +
        "Or compare the key with the one on the server (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), and deploy once with CDKTF_MONITORING_TRUST=app",
    ]);
    expect(calls()[0]).toContain("StrictHostKeyChecking=yes");
  });

  it.each([
    ["all servers", null],
    ["this server", ["app"]],
  ])("is pinned if the deploy may pin the keys of %s", (_name, accepts) => {
    expect(connect(["login:yes"], { accepts, ssh: { jump_host: "bastion" } })).toEqual([null]);
    expect(calls()[0]?.match(/StrictHostKeyChecking=accept-new/g)).toHaveLength(2);
  });

  it("is never pinned if the user gave another one", () => {
    connect(["login:yes"], { accepts: null, ssh: { host_keys: ["ssh-ed25519 AAAA"] } });
    expect(calls()[0]).toContain("StrictHostKeyChecking=yes");
  });
});

describe("sudo", () => {
  const password = { sudo_password: { environment: "SUDO_PASSWORD" } };

  it.each([
    [
      "sudo: a password is required",
      'sudo asks user "deploy" for a password: set sudoPassword, or let the user use sudo without a password',
    ],
    ["sudo: sorry, you must have a tty to run sudo", "add to /etc/sudoers the line Defaults:deploy !requiretty"],
    ["deploy is not in the sudoers file.", 'user "deploy" may not use sudo (not in the sudoers file.)'],
  ])("that fails is refused with the remedy: %s", (output, reason) => {
    expect(connect(["login:no"], { env: { SUDO: output } })).toEqual([expect.stringContaining(reason)]);
    expect(calls()).toHaveLength(1);
  });

  it("gets the password from the standard input, and no file or argument contains it", () => {
    expect(connect(["login:yes"], { ssh: password, env: { SUDO_PASSWORD: "hunter2" } })).toEqual([null]);
    expect(readFileSync(join(folder, "input"), "utf8")).toBe("hunter2\n");
    expect(calls().join()).not.toContain("hunter2");
    expect(calls()[0]).toContain("sudo -H -k -S -p");
  });

  it("that rejects the password is refused after one try", () => {
    const env = { SUDO_PASSWORD: "wrong", SUDO: "Sorry, try again.\nsudo: no password was provided" };
    expect(connect(["login:no"], { ssh: password, env })).toEqual([
      'sudo rejects the password of user "deploy" in environment variable SUDO_PASSWORD: correct it',
    ]);
    expect(calls()).toHaveLength(1);
  });

  it("without the password on this machine is refused before a login", () => {
    expect(connect(["login:yes"], { ssh: password })).toEqual([
      "sudoPassword: environment variable SUDO_PASSWORD is not set: export it and deploy again",
    ]);
    expect(calls()).toEqual([]);
  });

  it("is not asked for by an account that runs no commands", () => {
    expect(connect(["output:This account is currently not available."])).toEqual([
      'user "deploy" cannot run commands (This account is currently not available.): correct user, or give the user a shell (chsh)',
    ]);
  });
});

it("identifies a deploy by the nearest ancestor that is not a shell", () => {
  const script = `import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]); from controller import deploy; print(deploy.identity())`;
  const python = ["python3", "-c", script, playbooksDirectory];
  const direct = execFileSync("python3", python.slice(1), { encoding: "utf8" });
  expect(direct).toMatch(new RegExp(`^${process.pid} \\d+\n$`));
  expect(
    execFileSync("sh", ["-c", 'bash -c \'"$@"; exit\' bash "$@"; exit', "sh", ...python], { encoding: "utf8" }),
  ).toBe(direct);
  expect(execFileSync("timeout", ["60", ...python], { encoding: "utf8" })).not.toBe(direct);
});
