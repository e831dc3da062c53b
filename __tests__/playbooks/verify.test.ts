import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { removeFolders, Output, start, temporaryFolder, writeProgram } from "./python";

/** Replaces ssh: two of the three servers answer. */
const SSH = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
[ "$2" = app ] && { echo "ssh: connect to host app port 22: No route to host" >&2; exit 255; }
echo cdktf-monitoring-access=yes
`;

/** Replaces ansible-playbook: keeps the inventory. One server answers, and one has no event. */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core 2.19.14]"; exit; }
cp "$2" "$NOTES/inventory.json"
printf . >> "$NOTES/runs"
grep -q '"verify_script": "observe"' "\${4#@}" && line=table=intact || line='[]'
echo "output of Ansible"
echo '{"name": "Observe", "host": "hub", "begin": true, "status": "ok", "seconds": 1, "answer": ["'$line'"]}' >> "$MONITORING_EVENTS"
exit 4
`;

let project: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  project = temporaryFolder();
  mkdirSync(join(project, "bin"));
  mkdirSync(join(project, "tmp"));
  writeProgram(join(project, "bin", "ansible-playbook"), ANSIBLE);
  writeProgram(join(project, "bin", "ssh"), SSH);
  environment = {
    PATH: `${join(project, "bin")}:${process.env.PATH ?? ""}`,
    HOME: project,
    NOTES: project,
    TMPDIR: join(project, "tmp"),
    MONITORING_STATE: join(project, ".cdktf-monitoring", "local"),
  };
});

afterAll(removeFolders);

const ssh = { jump_host: null, known_hosts_file: null, host_keys: [], alias: "", wait: 5 };
const INVENTORY = {
  all: {
    vars: {},
    hosts: Object.fromEntries(
      ["hub", "app", "db"].map((name) => [
        name,
        { ansible_host: name, ansible_port: 22, ansible_user: "root", monitoring_ssh: ssh },
      ]),
    ),
    children: {
      run_firewall: {
        vars: { monitoring_run: { content: "1" }, firewall_mode: "guard" },
        hosts: { hub: { firewall_ports: [] }, app: { firewall_ports: [] }, db: { firewall_ports: [] } },
      },
    },
  },
};

async function verify(
  plan: unknown,
  inventory = gzipSync(JSON.stringify(INVENTORY)).toString("base64"),
): Promise<Output> {
  return start("verify.py", [], { ...environment, MONITORING_INVENTORY: inventory }, JSON.stringify(plan)).ended;
}

it("prints the answer of each server or why there is none, and the results of connections from this machine", async () => {
  const controller = { here: { from: null, connections: [["127.0.0.1", 1]] } };
  const { code, stdout, stderr } = await verify({ servers: {}, controller });
  expect(JSON.parse(stdout)).toEqual({
    servers: {
      hub: { lines: ["table=intact"] },
      app: { unreachable: "ssh: connect to host app port 22: No route to host" },
      db: { failed: "Ansible did not reach this server" },
    },
    controller: { here: ["refused"] },
    datagrams: { here: [] },
  });
  expect(stderr).toContain("output of Ansible");
  expect(code).toBe(0);
});

it("passes connections, checks and the fingerprint of the firewall rules to each server", async () => {
  await verify({
    servers: { hub: { connections: [["10.0.0.7", 9100]], checks: { prometheus: ["http://x", 3] } } },
    controller: {},
  });
  const { all } = JSON.parse(readFileSync(join(project, "inventory.json"), "utf8")) as {
    all: { hosts: Record<string, Record<string, unknown>> };
  };
  expect(all.hosts.hub).toMatchObject({
    verify_probes: expect.stringMatching(/^[A-Za-z0-9+/=]+$/) as string,
    verify_checks: { prometheus: ["http://x", 3] },
    monitoring_firewall_fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(all.hosts.db).toMatchObject({ verify_probes: "", verify_checks: {} });
  expect(Object.keys(all.hosts)).not.toContain("app");
});

it("starts Ansible again only for datagrams, and not for servers without an answer", async () => {
  const runs = (): number => readFileSync(join(project, "runs"), "utf8").length;
  await verify({ servers: { hub: { connections: [], checks: {} } }, controller: {} });
  expect(runs()).toBe(1);
  const datagrams = [["hub", "127.0.0.1", 9]];
  const { stdout } = await verify({
    servers: { app: { datagrams } },
    controller: { here: { from: null, connections: [], datagrams } },
  });
  expect(runs()).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({ datagrams: { app: [null], here: ["dropped"] } });
});

it("leaves no files, and takes no lock of a run", async () => {
  await verify({ servers: {}, controller: {} });
  expect(existsSync(join(project, ".cdktf-monitoring"))).toBe(false);
  expect(readdirSync(join(project, "tmp"))).toEqual([]);
});

it("prints a one-line error for a malformed inventory", async () => {
  const { code, stdout, stderr } = await verify({ servers: {}, controller: {} }, "nonsense");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^MONITORING_INVENTORY is not an inventory .*\n$/);
});
