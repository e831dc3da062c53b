import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { removeFolders, Output, start, temporaryFolder, writeProgram } from "./python";

/** Stands in for ansible-playbook: keeps the inventory that it was given; one server answers, one does not, one is left out. */
const ANSIBLE = `#!/bin/sh
[ "$1" = --version ] && { echo "ansible-playbook [core 2.19.14]"; exit; }
cp "$2" "$NOTES/inventory.json"
printf . >> "$NOTES/runs"
grep -q '"verify_script": "look"' "\${4#@}" && said=table=intact || said='[]'
echo "what Ansible says"
echo '{"name": "Look", "host": "hub", "begin": true, "status": "ok", "seconds": 1, "answer": ["'$said'"]}' >> "$MONITORING_EVENTS"
echo '{"name": "Look", "host": "app", "begin": true, "status": "unreachable", "seconds": 1, "message": "ssh: connect to host app port 22: No route to host"}' >> "$MONITORING_EVENTS"
exit 4
`;

let project: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  project = temporaryFolder();
  mkdirSync(join(project, "bin"));
  mkdirSync(join(project, "tmp"));
  writeProgram(join(project, "bin", "ansible-playbook"), ANSIBLE);
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

test("each server's answer is told, and why others gave none, beside what this machine found", async () => {
  const controller = { here: { from: null, to: [["127.0.0.1", 1]] } };
  const { code, stdout, stderr } = await verify({ servers: {}, controller });
  expect(JSON.parse(stdout)).toEqual({
    servers: {
      hub: { lines: ["table=intact"] },
      app: { unreachable: "ssh: connect to host app port 22: No route to host" },
      db: { failed: "Ansible did not come to it" },
    },
    controller: { here: ["refused"] },
    datagrams: { here: [] },
  });
  expect(stderr).toContain("what Ansible says");
  expect(code).toBe(0);
});

test("each server is handed what it is to try and to ask, and the rules that it should have", async () => {
  await verify({
    servers: { hub: { to: [["10.0.0.7", 9100]], questions: { prometheus: "http://x" } } },
    controller: {},
  });
  const { all } = JSON.parse(readFileSync(join(project, "inventory.json"), "utf8")) as {
    all: { hosts: Record<string, Record<string, unknown>> };
  };
  expect(all.hosts.hub).toMatchObject({
    verify_probes: expect.stringMatching(/^[A-Za-z0-9+/=]+$/) as string,
    verify_questions: { prometheus: "http://x" },
    monitoring_firewall_fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(all.hosts.app).toMatchObject({ verify_probes: "", verify_questions: {} });
});

test("Ansible is started anew for datagrams only where there are some, and not for servers that gave no answer", async () => {
  const runs = (): number => readFileSync(join(project, "runs"), "utf8").length;
  await verify({ servers: { hub: { to: [], questions: {} } }, controller: {} });
  expect(runs()).toBe(1);
  const datagrams = [["hub", "127.0.0.1", 9]];
  const { stdout } = await verify({
    servers: { app: { datagrams } },
    controller: { here: { from: null, to: [], datagrams } },
  });
  expect(runs()).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({ datagrams: { app: [null], here: ["dropped"] } });
});

test("nothing is left behind, and no run's lock is taken", async () => {
  await verify({ servers: {}, controller: {} });
  expect(existsSync(join(project, ".cdktf-monitoring"))).toBe(false);
  expect(readdirSync(join(project, "tmp"))).toEqual([]);
});

test("what prevents it is told in a line", async () => {
  const { code, stdout, stderr } = await verify({ servers: {}, controller: {} }, "nonsense");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^MONITORING_INVENTORY is not an inventory .*\n$/);
});
