import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderInventory } from "../../lib/inventory/inventory";
import { Output, removeFolders, StackFolder, start, writeProgram } from "./python";

/**
 * Replaces ssh: records the address and the verb of leaving.sh. Two calls wait for each other if ACT is `together`, so that
 * calls one after the other fail.
 */
const SSH = `#!/bin/sh
while [ "$1" != -- ]; do
  case "$1" in ConnectTimeout=*) [ "$timeout" ] || timeout="$1" ;; esac
  shift
done
verb=$(echo "$3" | tail -n 1 | sed -E "s/.*leaving\\.sh'? '?(stop|start).*/\\1/")
echo "$2 $verb $timeout" >> "$NOTES/calls"
case "$ACT" in
  unreachable) echo "ssh: connect to host $2 port 22: Connection timed out" >&2; exit 255 ;;
  together) for _ in $(seq 100); do [ "$(wc -l < "$NOTES/calls")" = 2 ] && exit 0; sleep 0.1; done; exit 1 ;;
esac
[ "$verb" = start ] || echo "the log agent stopped after 1 s"
`;

const AGENTS = ["app", "db"];
let folder: StackFolder;

beforeEach(() => {
  folder = new StackFolder("#!/bin/sh\n");
  writeProgram(join(folder.path, "bin", "ssh"), SSH);
});

afterAll(removeFolders);

/** A member in the inventory of a deploy. */
interface Server {
  readonly name: string;
  readonly address?: string;
  readonly uninstallOnLeave?: boolean;
}

const server = (name: string): Server => ({ name });
const addresses: Readonly<Record<string, string>> = { hub: "203.0.113.1", app: "203.0.113.7", db: "203.0.113.8" };

async function deploy(servers: readonly Server[], act = "", elsewhere: readonly string[] = []): Promise<Output> {
  const hosts = servers.map(({ name, address = addresses[name] ?? "", uninstallOnLeave = true }) => ({
    connection: { host: address, port: 22, user: "root", hostKeys: [], hostKeyAlias: name, waitSeconds: 30 },
    facts: { name, id: name, generation: "1", address, bind: "", architecture: "amd64" },
    uninstallOnLeave,
  }));
  const agents = servers.filter(({ name }) => AGENTS.includes(name) || name === "web");
  const run = { playbook: "log_agent.yml", content: "", component: true, artifacts: [], secrets: [], variables: {} };
  const inventory = renderInventory({
    monitoring: "monitoring",
    hosts,
    runs: [{ ...run, name: "log_agent", hosts: new Map(agents.map(({ name }) => [name, {}])) }],
  });
  const members = Object.fromEntries(elsewhere.map((machine) => [machine, "test/other"]));
  const env = {
    ...folder.environment(inventory),
    NOTES: folder.path,
    ACT: act,
    MONITORING_MEMBERS: JSON.stringify(members),
  };
  return start("members.py", [], env).ended;
}

/** Returns the calls of ssh since the last call of this function. */
function calls(): string[] {
  const notes = join(folder.path, "calls");
  if (!existsSync(notes)) return [];
  const lines = readFileSync(notes, "utf8").trim().split("\n").sort();
  writeFileSync(notes, "");
  return lines.filter(Boolean);
}

it("records the members in a private file, and connects to none of them", async () => {
  expect(await deploy(["hub", "app", "db"].map(server))).toEqual({ code: 0, stdout: "", stderr: "" });
  const file = join(folder.state, "members.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { members } = JSON.parse(readFileSync(file, "utf8")) as { members: object };
  expect(Object.keys(members)).toEqual(AGENTS);
  expect(calls()).toEqual([]);
});

it("stops the log agent of a server that left, once, with a short timeout for the connection", async () => {
  await deploy(["hub", "app", "db"].map(server));
  expect(await deploy(["hub", "db"].map(server))).toMatchObject({
    code: 0,
    stdout: "members  app  the log agent stopped after 1 s\n",
  });
  expect(calls()).toEqual(["203.0.113.7 stop ConnectTimeout=5"]);
  await deploy([server("hub")]);
  expect(calls()).toEqual(["203.0.113.8 stop ConnectTimeout=5"]);
});

it("stops the log agents of several servers at the same time", async () => {
  await deploy(["hub", "app", "db"].map(server));
  expect(await deploy([server("hub")], "together")).toMatchObject({ code: 0, stdout: "" });
  expect(calls()).toHaveLength(2);
});

it("does not connect to a server that was renamed, or that joined another monitoring", async () => {
  await deploy(["hub", "app", "db"].map(server));
  await deploy([server("hub"), { name: "web", address: "203.0.113.7" }], "", ["203.0.113.8 22"]);
  expect(calls()).toEqual([]);
});

it("does not connect to a server that keeps its components, or that has no log agent", async () => {
  await deploy([server("hub"), { name: "app", uninstallOnLeave: false }]);
  await deploy([]);
  expect(calls()).toEqual([]);
});

it("goes by the onLeave of the last deploy", async () => {
  await deploy(["hub", "app"].map(server));
  await deploy([server("hub"), { name: "app", uninstallOnLeave: false }]);
  await deploy([server("hub")]);
  expect(calls()).toEqual([]);
});

it("succeeds if a server that left is unreachable, and names the reason", async () => {
  await deploy(["hub", "app"].map(server));
  expect(await deploy([server("hub")], "unreachable")).toMatchObject({
    code: 0,
    stdout:
      "members  app  the log agent was not stopped, so Loki may lack its last lines: ssh: connect to host 203.0.113.7 port 22: Connection timed out\n",
  });
});

it("starts the log agent again if the server comes back before the agent was uninstalled", async () => {
  await deploy(["hub", "app"].map(server));
  await deploy([server("hub")]);
  calls();
  expect(await deploy(["hub", "app"].map(server))).toMatchObject({ code: 0, stdout: "" });
  expect(calls()).toEqual(["203.0.113.7 start ConnectTimeout=5"]);
  await deploy(["hub", "app", "db"].map(server));
  expect(calls()).toEqual([]);
});
