import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ExposedPort, leaveInventory } from "../../lib/inventory/leave";
import { removeFolders, Output, StackFolder, start } from "./python";

/** Replaces ansible-playbook: records its arguments, and ends as `ACT` selects. */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core 2.19.14]"; exit; }
echo "$@" >> "$NOTES/calls"
event() { echo "{\\"name\\": \\"$1\\", \\"host\\": \\"app\\", \\"begin\\": $2, \\"status\\": \\"$3\\", \\"seconds\\": 1, \\"message\\": \\"$4\\"}" >> "$MONITORING_EVENTS"; }
[ "$ACT" = unreachable ] && { event "Run the preflight checks" true unreachable "ssh: connect to host 203.0.113.7 port 22: Connection refused"; exit 4; }
event "Run the preflight checks" true ok
event "Remove the remaining files" false changed
`;

let folder: StackFolder;
let project: string;
let state: string;

beforeEach(() => {
  folder = new StackFolder(ANSIBLE);
  ({ path: project, state } = folder);
});

afterAll(removeFolders);

async function leave(
  members: Readonly<Record<string, string>> = {},
  act = "remove",
  uninstall = true,
  exposedPorts: readonly ExposedPort[] = [],
): Promise<Output> {
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
    exposedPorts,
    strict: exposedPorts.length > 0,
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

it("uninstalls a server that left, and removes its own folder afterwards", async () => {
  const output = await leave({ "203.0.113.8 22": "test/web" });
  expect(output).toMatchObject({ code: 0, stdout: "leave  app  changed  1 task, 2 s\n" });
  expect(calls()).toEqual([expect.stringMatching(/runs\/leave-app\/inventory.json .* leave\.yml$/)]);
  expect(existsSync(join(state, "runs", "leave-app"))).toBe(false);
  expect(existsSync(join(state, "in-flight", "leave-app"))).toBe(false);
});

it("names the ports that are no longer protected", async () => {
  const ports = [
    { name: "postgres", port: 9187, protocol: "tcp" },
    { name: "statsd", port: 8125, protocol: "udp" },
  ];
  const { stdout } = await leave({}, "remove", true, ports);
  expect(stdout.split("\n").slice(1, -1)).toEqual([
    "leave  app  port 9187 (postgres) of app is no longer protected by this firewall",
    "leave  app  port 8125/udp (statsd) of app is no longer protected by this firewall",
    "leave  app  all other ports of app, which FirewallMode.STRICT blocked, are open now",
  ]);
  expect((await leave({}, "unreachable", true, ports)).stdout).not.toContain("no longer protected");
});

it("uninstalls a server that leaves with the whole stack, although the configuration still contains it", async () => {
  expect(await leave({ "203.0.113.7 22": "test/app" })).toMatchObject({ code: 0 });
  expect(calls()).toHaveLength(1);
});

it("skips a server that was renamed or belongs to another monitoring now", async () => {
  const output = await leave({ "203.0.113.7 22": "test/web" });
  expect(output).toMatchObject({
    code: 0,
    stdout: "leave  app  skipped: the same machine is now test/web\n",
  });
  expect(calls()).toEqual([]);
});

it("skips a server with OnLeave.NOTHING", async () => {
  const output = await leave({}, "remove", false);
  expect(output).toMatchObject({ code: 0, stdout: "leave  app  skipped: its onLeave is OnLeave.NOTHING\n" });
  expect(calls()).toEqual([]);
});

it("fails for an unreachable server, and explains how to repeat the command and how to keep the components", async () => {
  const { code, stdout } = await leave({}, "unreachable");
  expect(code).toBe(4);
  expect(stdout).toContain("leave  app  UNREACHABLE  ssh: connect to host 203.0.113.7 port 22");
  expect(stdout).toContain(
    "leave  app  the components are still installed. When the server is reachable, repeat the command to uninstall them.",
  );
  expect(stdout).toContain("declare the server again with onLeave: OnLeave.NOTHING, deploy");
});
