import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

/** Calls the mover as the action move_data does, for a component on the server `new`. */
const SCRIPT = `
import json, sys
from pathlib import Path
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller import mover, probe, ssh
from controller.errors import RunError
given = json.load(sys.stdin)
folder = Path(given["folder"])
connections = probe.Probe("test", ssh.Paths(folder, folder, folder, folder), folder / "connections").content
settings = {"sudo_password": {"environment": "PASSWORD"}} if given["password"] else {}
access = {
    name: {"ansible_host": name, "ansible_port": 22, "ansible_user": "joe" if given["password"] else "root", "monitoring_ssh": settings}
    for name in given["members"]
}
members = mover.Members(("new",), tuple(given["previous"]), access, connections)
move = mover.Mover("loki", "new", members, lambda line: print(line))
try:
    decision = move.fetch(given["keep"])
    if decision.superseded: move.remove_old_copies(list(decision.superseded))
except RunError as error:
    print("ERROR", error)
for warning in move.warnings: print("WARNING", warning)
`;

/**
 * Replaces ssh, and move.sh on the server: answers from the files of the server's folder, and records the calls. Its sudo
 * asks for a password.
 */
const SERVER = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
cd "$NOTES/$1" 2>/dev/null || { echo "No route to host" >&2; exit 255; }
case "$2" in *access=*) echo cdktf-monitoring-access=yes; exit ;; esac
case "$2" in sudo*) read -r password; read -r empty; [ "$password/$empty" = secret/ ] || exit 1 ;; esac
set -- "$1" $(printf '%s\n' "$2" | tail -n 1 | sed "s/.* move.sh //; s/'//g")
case "$2" in
  observe) cat state ;;
  measure) echo 2048 ;;
  free) cat free ;;
  receive) ;; # runs at the same time as send
  *) echo "$*" >> ../calls ;;
esac
case "$2" in
  claim) [ -e raced ] && { rm raced; echo "note=to other 7" >> state; exit 75; }; exit 0 ;;
  send) [ -e broken ] && { printf half; echo "disk error" >&2; exit 2; }; printf data ;;
  receive) cat > received ;;
  commit | aside) cat aside 2>/dev/null; exit 0 ;;
  remove) [ ! -e stubborn ] || { echo "is busy" >&2; exit 1; } ;;
esac
`;
const RUNNING = "installed=yes\nlive=yes\ndata=yes\nnewest=1700000000\n";

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "connections"));
  writeProgram(join(folder, "bin", "ssh"), SERVER);
});

afterAll(removeFolders);

/** Adds a server. files: names of files that make the replacement program fail. */
function server(name: string, state: string, ...files: readonly string[]): void {
  mkdirSync(join(folder, name));
  writeState(name, state);
  writeFileSync(join(folder, name, "free"), "1000000\n");
  for (const file of files) writeFileSync(join(folder, name, file), "");
}

function writeState(name: string, state: string): void {
  writeFileSync(join(folder, name, "state"), state);
}

/** Moves the data. Returns the lines of output and the calls to servers. */
function move(
  options: {
    readonly keep?: boolean;
    readonly previous?: string[];
    readonly members?: string[];
    readonly password?: boolean;
  } = {},
): {
  readonly output: readonly string[];
  readonly calls: readonly string[];
} {
  const { keep = true, previous = ["old"], members = ["app", "new", "old"], password = false } = options;
  const input = JSON.stringify({ folder, members, previous, keep, password });
  const { stdout, stderr } = spawnSync("python3", ["-c", SCRIPT, playbooksDirectory], {
    input,
    encoding: "utf8",
    env: {
      ...process.env,
      NOTES: folder,
      HOME: folder,
      PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`,
      PASSWORD: "secret",
    },
  });
  const file = join(folder, "calls");
  const calls = existsSync(file) ? readFileSync(file, "utf8") : "";
  return {
    output: `${stdout}${stderr}`.trim().split("\n"),
    calls: calls
      .replace(/\b[0-9a-f]{16}\b/g, "TOKEN")
      .trim()
      .split("\n")
      .filter(Boolean),
  };
}

it("stops the service, copies the data, records the move on both ends, and deletes the old data last", () => {
  server("old", RUNNING);
  server("new", "");
  server("app", "");
  const { output, calls } = move();
  expect(calls).toEqual([
    "old claim loki to new TOKEN",
    "old send loki",
    "new commit loki from old TOKEN",
    "old remove loki",
    "new forget loki",
  ]);
  expect(readFileSync(join(folder, "new", "received"), "utf8")).toBe("data");
  expect(output).toEqual([
    "starting the move: stopping the service on old, 2.1 MB to copy",
    expect.stringMatching(/^copied 4 B in \d/),
    "removed the old data on old",
  ]);
});

it("gives sudo its password in front of the data, on both sides of the copy", () => {
  server("old", RUNNING);
  server("new", "");
  server("app", "");
  expect(move({ password: true }).calls.at(-1)).toBe("new forget loki");
  expect(readFileSync(join(folder, "new", "received"), "utf8")).toBe("data");
});

it("discards an interrupted copy, and explains how to continue and how to go back", () => {
  server("old", RUNNING, "broken");
  server("new", "");
  server("app", "");
  const { output, calls } = move();
  expect(calls).toEqual(["old claim loki to new TOKEN", "old send loki"]);
  expect(output.at(-1)).toMatch(
    /^ERROR copying the data from old failed \(disk error\)\. No data is lost.*next deploy copies again.*undo the edit/,
  );
});

it("does not repeat a complete copy, because it may have changed since", () => {
  server("old", `${RUNNING}note=to new 7\n`);
  server("new", "note=from old 7\n");
  server("app", "");
  expect(move().calls).toEqual([
    "old claim loki to new 7 to new 7",
    "new commit loki from old 7",
    "old remove loki",
    "new forget loki",
  ]);
});

it("forgets a move that was undone before its copy was complete", () => {
  server("new", `${RUNNING}note=to old 7\n`);
  server("old", "");
  server("app", "");
  expect(move().calls).toEqual(["new forget loki"]);
});

it("observes the members again if another move claimed the data first", () => {
  server("old", RUNNING, "raced");
  server("new", "");
  server("app", "");
  const { calls } = move();
  expect(calls.filter((call) => call.includes("claim"))).toEqual([
    "old claim loki to new TOKEN",
    "old claim loki to other 7 to new TOKEN",
  ]);
});

it("starts without the data if it is not kept, and removes the old data", () => {
  server("old", RUNNING);
  server("new", "data=yes\nnewest=1\n");
  server("app", "");
  expect(move({ keep: false }).calls).toEqual(["new aside loki", "old remove loki", "new forget loki"]);
});

it("rejects data that does not fit before it stops anything", () => {
  server("old", RUNNING);
  server("new", "");
  server("app", "");
  writeFileSync(join(folder, "new", "free"), "1000\n");
  const { output, calls } = move();
  expect(calls).toEqual([]);
  expect(output).toEqual([
    expect.stringMatching(
      /^ERROR not enough disk space: the data on old takes 2.1 MB, new has 1.0 MB free\. Nothing was stopped/,
    ),
  ]);
});

it("warns of old data that cannot be removed, and lets the next run try again", () => {
  server("old", RUNNING, "stubborn");
  server("new", "");
  server("app", "");
  const { output, calls } = move();
  expect(calls.at(-1)).toBe("old remove loki");
  expect(output.at(-1)).toBe("WARNING old data of loki remains on old: old: is busy");
});

it("sets older data of the new host aside, and prints where it is", () => {
  server("old", RUNNING);
  server("new", "data=yes\nnewest=1\n");
  server("app", "");
  writeFileSync(join(folder, "new", "aside"), "before=/var/lib/monitoring/loki.before-move.1\n");
  expect(move().output.at(-1)).toBe("WARNING older data on new was moved to /var/lib/monitoring/loki.before-move.1");
});

describe("an unreachable member", () => {
  it("does not block the move if it is not known to have the data", () => {
    server("old", RUNNING);
    server("new", "");
    expect(move().calls.at(-1)).toBe("new forget loki");
    writeState("new", "");
    expect(move({ previous: [], members: ["app", "new"] }).output).toEqual([
      "WARNING app cannot be checked for data of loki: older data may remain there",
    ]);
  });

  it("blocks the move if it has the data, unless the data is discarded", () => {
    server("new", "");
    server("app", "");
    expect(move().output).toEqual([
      expect.stringMatching(/^ERROR the data is on "old", which is unreachable\. Nothing was started/),
    ]);
    expect(move({ keep: false }).output).toEqual([
      'WARNING started without data, and the old data was not removed: the data is on "old", which is unreachable',
    ]);
  });

  it("is reported if it still has old data", () => {
    server("new", `${RUNNING}note=from old 7\n`);
    server("app", "");
    const { output, calls } = move();
    expect(calls).toEqual([]);
    expect(output).toEqual(["WARNING old data of loki remains on old, which is unreachable"]);
  });
});
