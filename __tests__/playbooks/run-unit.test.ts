import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
  /** A command that systemctl rejects. */
  readonly rejects?: string;
}

interface Outcome {
  readonly changed?: boolean;
  readonly answers?: boolean;
  readonly msg?: string;
  /** The systemctl commands that the module ran. */
  readonly commands: readonly string[];
}

/** Runs the module the way Ansible does, with a systemctl that only records its commands. */
function run(
  { active = "inactive", file = "disabled", outdated = "no", rejects = "nothing" }: UnitState,
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
  show) printf 'LoadState=loaded\\nActiveState=${active}\\nUnitFileState=${file}\\nNeedDaemonReload=${outdated}\\n' ;;
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
import socket
server = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{server.getsockname()[1]}/", flush=True)
connection, _ = server.accept()
connection.recv(65536)
body = b"x" * 30_000_000
try:
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
    print("read", flush=True)
except OSError as error:
    print(error, flush=True)`;

afterAll(removeFolders);

ansibleTest("enables and starts a new unit, and reloads systemd at most once", () => {
  const start = ["enable --no-reload --quiet own.service", "start own.service"];
  expect(run({})).toMatchObject({ changed: true, answers: true, commands: start });
  expect(run({ outdated: "yes" }, { daemon_reload: true }).commands).toEqual([start[0], "daemon-reload", start[1]]);
});

ansibleTest("leaves a running unit alone", () => {
  expect(run({ active: "active", file: "enabled" })).toMatchObject({ changed: false, commands: [] });
});

ansibleTest("restarts or reloads a running unit, and starts a stopped one", () => {
  const commands = (active: string, state: string): readonly string[] =>
    run({ active, file: "enabled" }, { state }).commands;
  expect(commands("active", "restarted")).toEqual(["restart own.service"]);
  expect(commands("active", "reloaded")).toEqual(["reload-or-restart own.service"]);
  expect(commands("failed", "restarted")).toEqual(["start own.service"]);
  expect(commands("inactive", "reloaded")).toEqual(["start own.service"]);
});

ansibleTest("reports a change in check mode, and requests no URL", () => {
  const url = "http://127.0.0.1:9/";
  expect(run({}, { url }, true)).toMatchObject({ changed: true, answers: true, commands: [] });
  expect(run({ active: "active", file: "enabled" }, { url }, true)).toMatchObject({ changed: false });
});

ansibleTest("fails with the message of systemctl", () => {
  expect(run({ rejects: "start" }).msg).toBe("systemctl start own.service: it is masked");
});

ansibleTest("does not fail if the service does not answer in time", () => {
  const outcome = run({}, { url: "http://127.0.0.1:9/", wait: 0 });
  expect(outcome).toMatchObject({ changed: true, answers: false });
  expect(outcome.msg).toBeUndefined();
});

ansibleTest("reads the whole answer, because exporters log an error otherwise", async () => {
  const server = spawn("python3", ["-c", LARGE_ANSWER], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: AsyncIterator<string> = createInterface(server.stdout)[Symbol.asyncIterator]();
  const { value: url } = (await lines.next()) as { value: string };
  expect(run({}, { url, wait: 0 })).toMatchObject({ answers: true });
  expect(await lines.next()).toMatchObject({ value: "read" });
});
