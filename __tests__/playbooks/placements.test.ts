import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { removeFolders, StackFolder, start } from "./python";

let folder: StackFolder;
let state: string;

beforeEach(() => {
  folder = new StackFolder(
    '#!/bin/sh\n[ "$1" = --version ] && { echo "ansible-playbook [core 2.19.14]"; exit; }\nexit "$CODE"\n',
  );
  ({ state } = folder);
});

afterAll(removeFolders);

/** Executes the run of a component, or the cleanup run, on these servers. */
async function run(name: string, hosts: Readonly<Record<string, object>>, code = 0, ...args: string[]): Promise<void> {
  const component = name !== "cleanup";
  const vars = {
    monitoring_run: {
      playbook: `${name}.yml`,
      content: "1",
      component,
      ...(name === "log_agent" ? { agent: true } : {}),
    },
    monitoring_artifacts: [],
    monitoring_secrets: [],
  };
  const reached = Object.keys(hosts).map((host, index) => [
    host,
    { ansible_host: `198.18.0.${index + 2}`, ansible_port: 22, ansible_user: "root", monitoring_ssh: {} },
  ]);
  const inventory = {
    all: { vars: {}, hosts: Object.fromEntries(reached) as object, children: { [`run_${name}`]: { vars, hosts } } },
  };
  const output = await start("run.py", [name, ...args], {
    ...folder.environment(inventory),
    CODE: String(code),
  }).ended;
  expect(output).toMatchObject({ code, stderr: "" });
}

function recorded(kind: string): unknown {
  const file = join(state, "placements", `${kind}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

it("records the servers of a component after a successful run, and passes them to the next run", async () => {
  await run("loki", { hub: {} });
  expect(recorded("loki")).toEqual({ hub: "198.18.0.2 22" });
  await run("loki", { app: {}, logs: {} });
  expect(recorded("loki")).toEqual({ app: "198.18.0.2 22", logs: "198.18.0.3 22" });
  const members: unknown = JSON.parse(readFileSync(join(state, "runs/loki/members.json"), "utf8"));
  expect(members).toMatchObject({ hosts: ["app", "logs"], previous: ["hub"] });
});

it("records nothing after a run that failed, only checked, or was limited to a host", async () => {
  await run("loki", { hub: {} }, 2);
  await run("loki", { hub: {} }, 0, "--check");
  await run("loki", { hub: {} }, 0, "--limit", "hub");
  expect(recorded("loki")).toBeUndefined();
});

it("records nothing for agents, which are on every server", async () => {
  await run("log_agent", { hub: {} });
  expect(recorded("log_agent")).toBeUndefined();
});

it("deletes the record of a component that is deployed nowhere, in the cleanup run", async () => {
  await run("loki", { hub: {} });
  await run("grafana", { hub: {} });
  await run("cleanup", { hub: { monitoring_components: ["firewall", "grafana"] } });
  expect([recorded("loki"), recorded("grafana")]).toEqual([undefined, { hub: "198.18.0.2 22" }]);
});

it("ignores a record that cannot be read", () => {
  mkdirSync(join(state, "placements"), { recursive: true });
  writeFileSync(join(state, "placements", "loki.json"), "{");
  const script =
    "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from controller import placements; print(placements.read(Path(sys.argv[2]), 'loki'))";
  const output = execFileSync("python3", ["-B", "-c", script, playbooksDirectory, state], { encoding: "utf8" });
  expect(output).toBe("{}\n");
});
