import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { leaveInventory } from "../../lib/inventory/leave";
import { removeFolders, Said, StackFolder, start } from "./python";

/** Stands in for ansible-playbook: notes what it was given, and ends as `ACT` says. */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core 2.19.14]"; exit; }
echo "$@" >> "$NOTES/calls"
event() { echo "{\\"name\\": \\"$1\\", \\"host\\": \\"app\\", \\"begin\\": $2, \\"status\\": \\"$3\\", \\"seconds\\": 1, \\"message\\": \\"$4\\"}" >> "$MONITORING_EVENTS"; }
[ "$ACT" = unreachable ] && { event "Look at the server again" true unreachable "ssh: connect to host 203.0.113.7 port 22: Connection refused"; exit 4; }
event "Look at the server" true ok
event "Remove what is left" false changed
`;

let folder: StackFolder;
let project: string;
let state: string;

beforeEach(() => {
  folder = new StackFolder(ANSIBLE);
  ({ path: project, state } = folder);
});

afterAll(removeFolders);

async function leave(members: Readonly<Record<string, string>> = {}, act = "remove", uninstall = true): Promise<Said> {
  const connection = {
    host: "203.0.113.7",
    port: 22,
    user: "root",
    hostKeys: [],
    hostKeyAlias: "app",
    waitSeconds: 30,
  };
  const facts = { name: "app", id: "app", generation: "1", address: "203.0.113.7", bind: "", architecture: "amd64" };
  const inventory = leaveInventory({
    monitoring: "monitoring",
    membership: "test/app",
    host: { connection, facts },
    uninstall,
    keepData: true,
  });
  const env = {
    ...folder.environment(inventory),
    NOTES: project,
    ACT: act,
    MONITORING_MEMBERS: JSON.stringify(members),
  };
  return start("leave.py", [], env).ended;
}

const calls = (): string[] => {
  const notes = join(project, "calls");
  return existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
};

test("a server that left is uninstalled, in a folder of its own that goes with it", async () => {
  const said = await leave({ "203.0.113.8 22": "test/web" });
  expect(said).toMatchObject({ code: 0, stdout: "leave  app: 1 changed in 2 s\n" });
  expect(calls()).toEqual([expect.stringMatching(/runs\/leave-app\/inventory.json .* leave\.yml$/)]);
  expect(existsSync(join(state, "runs", "leave-app"))).toBe(false);
  expect(existsSync(join(state, "in-flight", "leave-app"))).toBe(false);
});

test("one that leaves with the whole stack is uninstalled, though the configuration still has it", async () => {
  expect(await leave({ "203.0.113.7 22": "test/app" })).toMatchObject({ code: 0 });
  expect(calls()).toHaveLength(1);
});

test("one that only is called otherwise now, or is in another monitoring, is left alone", async () => {
  const said = await leave({ "203.0.113.7 22": "test/web" });
  expect(said).toMatchObject({
    code: 0,
    stdout: "leave  app: left as it is, for the same machine is in test/web now\n",
  });
  expect(calls()).toEqual([]);
});

test("one that nothing is to be done to is left alone", async () => {
  const said = await leave({}, "remove", false);
  expect(said).toMatchObject({ code: 0, stdout: "leave  app: left as it is, by its onLeave\n" });
  expect(calls()).toEqual([]);
});

test("one that is unreachable fails, with how to repeat it and how to let it go", async () => {
  const { code, stdout } = await leave({}, "unreachable");
  expect(code).toBe(4);
  expect(stdout).toContain("app: UNREACHABLE: Look at the server again: ssh: connect to host 203.0.113.7 port 22");
  expect(stdout).toContain(
    "What was installed on it is still there. Once it answers, the same command again removes it.",
  );
  expect(stdout).toContain("declare it with onLeave: OnLeave.NOTHING, deploy");
});
