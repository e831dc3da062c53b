import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

const MODULE = join(playbooksDirectory, "plugins", "modules", "run_unit.py");

/** The state of a unit in systemd. */
interface UnitState {
  readonly active?: string;
  readonly file?: string;
  readonly outdated?: string;
  /** Whether the unit is outdated after it was enabled, as with systemd 257. */
  readonly outdatedByEnabling?: boolean;
  /** A command that systemctl rejects. */
  readonly rejects?: string;
  /** The main process; by default, the process of the test. */
  readonly pid?: number;
  /** Whether systemd starts the process again each time that the module looks. */
  readonly crashes?: boolean;
}

interface Outcome {
  readonly changed?: boolean;
  readonly msg?: string;
  /** The systemctl commands that the module ran. */
  readonly commands: readonly string[];
}

/** Runs the module the way Ansible does, with a systemctl that only records its commands. */
function run(
  {
    active = "inactive",
    file = "disabled",
    outdated = "no",
    outdatedByEnabling = false,
    rejects = "nothing",
    pid,
    crashes = false,
  }: UnitState,
  settings: object = {},
  check = false,
): Outcome {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  const commands = join(folder, "commands");
  writeProgram(
    join(folder, "bin", "systemctl"),
    `#!/bin/sh
case "$1" in
  show)
    echo again >> ${folder}/shown
    outdated=${outdated}
    if ${String(outdatedByEnabling)} && grep -q ^enable ${commands} 2>/dev/null; then outdated=yes; fi
    printf 'LoadState=loaded\\nActiveState=%s\\nNeedDaemonReload=%s\\n' "${active}" "$outdated"
    printf 'MainPID=${pid ?? process.pid}\\nResult=exit-code\\nExecMainStatus=3\\n'
    echo "NRestarts=$(${crashes ? `wc -l < ${folder}/shown` : "echo 0"})"
    echo "ExecMainStartTimestamp=Mon 2026-11-30 05:33:18.123456 UTC"
    ;;
  is-enabled) echo ${file} ;;
  ${rejects}) echo "it is masked" >&2; exit 1 ;;
  *) echo "$*" >> ${commands} ;;
esac
`,
  );
  const input = JSON.stringify({
    ANSIBLE_MODULE_ARGS: { name: "own.service", ...settings, _ansible_check_mode: check },
  });
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` };
  const { stdout, stderr } = spawnSync(ansiblePython() ?? "", [MODULE], { input, encoding: "utf8", env });
  if (!stdout.trim().startsWith("{")) throw new Error(stderr);
  const recorded = existsSync(commands) ? readFileSync(commands, "utf8").trim().split("\n") : [];
  return { ...(JSON.parse(stdout) as Outcome), commands: recorded };
}

/** Answers one request with a body that no socket buffers as a whole. Prints its URL, then whether the client read it all. */
const LARGE_ANSWER = `
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{server.getsockname()[1]}/", flush=True)
connection, _ = server.accept()
connection.recv(65536)
body = b"x" * 30_000_000
try:
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
    print("read", flush=True)
except OSError as error:
    print(error, flush=True)
# The module checks that the socket still belongs to this process.
time.sleep(60)`;

afterAll(removeFolders);

ansibleTest("enables and starts a new unit, and reloads systemd at most once", () => {
  const start = ["enable --no-reload --quiet own.service", "start own.service"];
  expect(run({})).toMatchObject({ changed: true, commands: start });
  expect(run({ outdated: "yes" }, { daemon_reload: true }).commands).toEqual([start[0], "daemon-reload", start[1]]);
});

ansibleTest("reloads systemd if a unit is outdated because it was enabled after it was read", () => {
  const { commands } = run({ outdatedByEnabling: true });
  expect(commands).toEqual(["enable --no-reload --quiet own.service", "daemon-reload", "start own.service"]);
  expect(run({ outdatedByEnabling: true, file: "enabled" }).commands).toEqual(["start own.service"]);
});

ansibleTest("leaves a running unit alone", () => {
  expect(run({ active: "active", file: "enabled" })).toMatchObject({ changed: false, commands: [] });
});

ansibleTest("restarts or reloads a running unit, and starts a stopped one", () => {
  const commands = (active: string, state: string): readonly string[] =>
    run({ active, file: "enabled" }, { state }).commands;
  expect(commands("active", "restarted")).toEqual(["restart own.service"]);
  expect(commands("active", "reloaded")).toEqual(["reload-or-restart own.service"]);
  expect(commands("failed", "restarted")).toEqual(["reset-failed own.service", "start own.service"]);
  expect(commands("activating", "restarted")).toEqual(["reset-failed own.service", "restart own.service"]);
  expect(commands("inactive", "reloaded")).toEqual(["start own.service"]);
});

ansibleTest("reports a change in check mode, and requests no URL", () => {
  const url = "http://127.0.0.1:9/";
  expect(run({}, { url }, true)).toMatchObject({ changed: true, commands: [] });
  expect(run({ active: "active", file: "enabled" }, { url }, true)).toMatchObject({ changed: false });
});

ansibleTest("fails with the message of systemctl", () => {
  expect(run({ rejects: "start" }).msg).toBe("systemctl start own.service: it is masked");
});

ansibleTest("fails if the service does not answer in time", () => {
  const { msg } = run({}, { url: "http://127.0.0.1:9/", wait: 0 });
  expect(msg).toBe("http://127.0.0.1:9/ does not answer within 0 seconds");
});

ansibleTest("fails soon if the process ends again and again", () => {
  const started = Date.now();
  const { msg } = run({ crashes: true }, { url: "http://127.0.0.1:9/", wait: 60 });
  expect(msg).toBe("own.service does not stay up: exit-code, exit status 3");
  expect(Date.now() - started).toBeLessThan(20_000);
});

/** Starts a Python program that prints its URL first, and later other lines. */
async function server(
  program: string,
  ...args: string[]
): Promise<{
  readonly url: string;
  readonly pid: number;
  readonly lines: AsyncIterator<string>;
  readonly stop: () => boolean;
}> {
  const child = spawn("python3", ["-c", program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: AsyncIterator<string> = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: url } = (await lines.next()) as { value: string };
  return { url, pid: child.pid ?? 0, lines, stop: () => child.kill() };
}

ansibleTest("reads the whole answer, because exporters log an error otherwise", async () => {
  const { url, pid, lines, stop } = await server(LARGE_ANSWER);
  const { msg } = run({ pid }, { url });
  expect(await lines.next()).toMatchObject({ value: "read" });
  stop();
  expect(msg).toBeUndefined();
});

/** Answers each request with the content of a file. */
const FILE_ANSWER = `
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(open(sys.argv[1], "rb").read())
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()`;

describe("with a service", () => {
  const folder = temporaryFolder();
  const file = join(folder, "answer");
  let service: Awaited<ReturnType<typeof server>>;

  beforeAll(async () => {
    writeFileSync(file, "");
    service = await server(FILE_ANSWER, file);
  });

  afterAll(() => service.stop());

  ansibleTest("names another process that answers instead of the process of the unit", () => {
    expect(run({ pid: service.pid }, { url: service.url }).msg).toBeUndefined();
    const port = new URL(service.url).port;
    expect(run({}, { url: service.url }).msg).toBe(
      `port ${port} is answered by python3 (process ${service.pid}) and not by own.service: stop it, or use another port`,
    );
  });

  ansibleTest("accepts only a process of the release that the link leads to", () => {
    const link = join(folder, "own");
    const program = realpathSync(`/proc/${service.pid}/exe`);
    symlinkSync(dirname(program), link);
    expect(run({ pid: service.pid }, { url: service.url, link }).msg).toBeUndefined();
    rmSync(link);
    symlinkSync("/opt", link);
    expect(run({ pid: service.pid }, { url: service.url, link }).msg).toBe(
      `the process of own.service runs ${program} instead of a program in /opt/`,
    );
  });

  ansibleTest("finds a service on another port only if that is allowed", () => {
    const url = "http://127.0.0.1:9/other/path";
    expect(run({ pid: service.pid }, { url, wait: 0 }).msg).toContain("does not answer");
    expect(run({ pid: service.pid }, { url, wait: 0, any_port: true }).msg).toBeUndefined();
  });

  ansibleTest("shows no certificate if there is none, as after a rollback to a release without TLS", () => {
    const settings = { url: service.url, certificate: join(folder, "none"), any_port: true };
    expect(run({ pid: service.pid }, settings).msg).toBeUndefined();
  });

  ansibleTest("reports a reload that the service rejects", () => {
    const reload = (successful: number, seconds: number): Outcome => {
      writeFileSync(file, `x_reload_successful ${successful}\nx_reload_success_timestamp_seconds ${seconds}\n`);
      const metrics = { reload_metrics: service.url, reload_prefix: "x_reload", wait: 1 };
      return run({ active: "active", file: "enabled", pid: service.pid }, { state: "reloaded", ...metrics });
    };
    expect(reload(1, 2e9)).toMatchObject({ changed: true, commands: ["reload-or-restart own.service"] });
    const rejected = "own.service rejects its configuration, and keeps running with the previous one";
    expect(reload(1, 1e9).msg).toBe(rejected);
    expect(reload(0, 1e9).msg).toBe(rejected);
  });
});
