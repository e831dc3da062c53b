import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, temporaryFolder, writeProgram } from "./python";

/** Calls the mover as the playbooks' action does, for a component that is to be on the server `new`. */
const SCRIPT = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from controller import mover
from controller.errors import RunError
given = json.load(sys.stdin)
commands = {name: [given["program"], name, "sh"] for name in given["members"]}
moving = mover.Mover("loki", "new", mover.Members(("new",), tuple(given["before"]), commands), lambda line: print(line))
try:
    decision = moving.bring(given["keep"])
    if decision.superseded: moving.settle(list(decision.superseded))
except RunError as error:
    print("REFUSED", error)
for warning in moving.warnings: print("WARNING", warning)
`;

/** Stands in for ssh and for place.sh on the server: answers from the files of its folder, and notes what it was told. */
const SERVER = `#!/bin/sh
cd "$NOTES/$1" 2>/dev/null || { echo "No route to host" >&2; exit 255; }
set -- "$1" $(printf '%s\n' "$2" | tail -n 1 | sed "s/.* place.sh //; s/'//g")
case "$2" in
  look) cat look ;;
  measure) echo 2048 ;;
  room) cat room ;;
  receive) ;; # at the same time as the other end gives
  *) echo "$*" >> ../calls ;;
esac
case "$2" in
  claim) [ -e raced ] && { rm raced; echo "note=to other 7" >> look; exit 75; }; exit 0 ;;
  give) [ -e broken ] && { printf half; echo "disk error" >&2; exit 2; }; printf data ;;
  receive) cat > received ;;
  commit | aside) cat aside 2>/dev/null; exit 0 ;;
  empty) [ ! -e stubborn ] || { echo "is busy" >&2; exit 1; } ;;
esac
`;
const RUNNING = "installed=yes\nlive=yes\ndata=yes\nnewest=1700000000\n";

let notes: string;

beforeEach(() => {
  notes = temporaryFolder();
  writeProgram(join(notes, "server"), SERVER);
});

afterAll(removeFolders);

function server(name: string, look: string, ...files: readonly string[]): void {
  mkdirSync(join(notes, name));
  writeFileSync(join(notes, name, "look"), look);
  writeFileSync(join(notes, name, "room"), "1000000\n");
  for (const file of files) writeFileSync(join(notes, name, file), "");
}

/** What is said, line by line, and what the servers were told. */
function move(options: { readonly keep?: boolean; readonly before?: string[]; readonly members?: string[] } = {}): {
  readonly said: readonly string[];
  readonly told: readonly string[];
} {
  const { keep = true, before = ["old"], members = ["app", "new", "old"] } = options;
  const input = JSON.stringify({ program: join(notes, "server"), members, before, keep });
  const { stdout, stderr } = spawnSync("python3", ["-c", SCRIPT, playbooksDirectory], {
    input,
    encoding: "utf8",
    env: { ...process.env, NOTES: notes },
  });
  const calls = join(notes, "calls");
  const told = existsSync(calls) ? readFileSync(calls, "utf8") : "";
  return {
    said: `${stdout}${stderr}`.trim().split("\n"),
    told: told
      .replace(/\b[0-9a-f]{16}\b/g, "TOKEN")
      .trim()
      .split("\n")
      .filter(Boolean),
  };
}

test("a move stops, copies, notes both ends, and deletes last", () => {
  server("old", RUNNING);
  server("new", "");
  server("app", "");
  const { said, told } = move();
  expect(told).toEqual([
    "old claim loki to new TOKEN",
    "old give loki",
    "new commit loki from old TOKEN",
    "old empty loki",
    "new forget loki",
  ]);
  expect(readFileSync(join(notes, "new", "received"), "utf8")).toBe("data");
  expect(said).toEqual([
    "begins its move: stops it on old, to bring 2.1 MB",
    expect.stringMatching(/^has its data: 4 B in \d/),
    "its data on old are removed",
  ]);
});

test("a copy that is cut off counts for nothing, and is told with how to go on and back", () => {
  server("old", RUNNING, "broken");
  server("new", "");
  server("app", "");
  const { said, told } = move();
  expect(told).toEqual(["old claim loki to new TOKEN", "old give loki"]);
  expect(said.at(-1)).toMatch(
    /^REFUSED the copy of its data from old was cut off \(disk error\): nothing is lost.*next deploy copies again.*undo the edit/,
  );
});

test("one that was whole is not copied again, for it may have been written to since", () => {
  server("old", `${RUNNING}note=to new 7\n`);
  server("new", "note=from old 7\n");
  server("app", "");
  expect(move().told).toEqual([
    "old claim loki to new 7 to new 7",
    "new commit loki from old 7",
    "old empty loki",
    "new forget loki",
  ]);
});

test("one that was undone before it was whole is forgotten", () => {
  server("new", `${RUNNING}note=to old 7\n`);
  server("old", "");
  server("app", "");
  expect(move().told).toEqual(["new forget loki"]);
});

test("whoever comes second in a cluster looks again", () => {
  server("old", RUNNING, "raced");
  server("new", "");
  server("app", "");
  const { told } = move();
  expect(told.filter((line) => line.includes("claim"))).toEqual([
    "old claim loki to new TOKEN",
    "old claim loki to other 7 to new TOKEN",
  ]);
});

test("without its data it begins where it is to be, and they are removed where it was", () => {
  server("old", RUNNING);
  server("new", "data=yes\nnewest=1\n");
  server("app", "");
  expect(move({ keep: false }).told).toEqual(["new aside loki", "old empty loki", "new forget loki"]);
});

test("what does not fit is refused before anything is stopped", () => {
  server("old", RUNNING);
  server("new", "");
  server("app", "");
  writeFileSync(join(notes, "new", "room"), "1000\n");
  const { said, told } = move();
  expect(told).toEqual([]);
  expect(said).toEqual([expect.stringMatching(/^REFUSED its data on old take 2.1 MB, and new has room for 1.0 MB/)]);
});

test("old data that cannot be removed are told, and tried again by the next run", () => {
  server("old", RUNNING, "stubborn");
  server("new", "");
  server("app", "");
  const { said, told } = move();
  expect(told.at(-1)).toBe("old empty loki");
  expect(said.at(-1)).toBe("WARNING the old data of loki still are on old: old: is busy");
});

test("data that were kept of an earlier stay are not mixed with those that come, and it is told where they are", () => {
  server("old", RUNNING);
  server("new", "data=yes\nnewest=1\n");
  server("app", "");
  writeFileSync(join(notes, "new", "aside"), "before=/var/lib/monitoring/loki.before-move.1\n");
  expect(move().said.at(-1)).toBe(
    "WARNING data of an earlier stay on new were set aside, in /var/lib/monitoring/loki.before-move.1",
  );
});

describe("a member that does not answer", () => {
  test("holds nobody up, where it is not known to have had the data", () => {
    server("old", RUNNING);
    server("new", "");
    expect(move().told.at(-1)).toBe("new forget loki");
    rmLook("new");
    expect(move({ before: [], members: ["app", "new"] }).said).toEqual([
      "WARNING app could not be asked whether loki was there before: if so, its data still are",
    ]);
  });

  test("stops it where it is, unless they are to be discarded", () => {
    server("new", "");
    server("app", "");
    expect(move().said).toEqual([expect.stringMatching(/^REFUSED its data are on "old", which cannot be reached/)]);
    expect(move({ keep: false }).said).toEqual([
      'WARNING begins without its data; those of before were not removed: its data are on "old", which cannot be reached',
    ]);
  });

  test("is remembered as the one that still has old data", () => {
    server("new", `${RUNNING}note=from old 7\n`);
    server("app", "");
    const { said, told } = move();
    expect(told).toEqual([]);
    expect(said).toEqual(["WARNING the old data of loki still are on old, which cannot be reached"]);
  });
});

function rmLook(name: string): void {
  writeFileSync(join(notes, name, "look"), "");
}
