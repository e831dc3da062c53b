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

/** Runs the run of a kind, or the last one, on these servers. */
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
  const said = await start("run.py", [name, ...args], {
    ...folder.environment(inventory),
    CODE: String(code),
  }).ended;
  expect(said).toMatchObject({ code, stderr: "" });
}

function noted(kind: string): unknown {
  const file = join(state, "placements", `${kind}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

test("a run that succeeded notes where its component is, and tells the next one", async () => {
  await run("loki", { hub: {} });
  expect(noted("loki")).toEqual({ hub: "198.18.0.2 22" });
  await run("loki", { app: {}, logs: {} });
  expect(noted("loki")).toEqual({ app: "198.18.0.2 22", logs: "198.18.0.3 22" });
  const members: unknown = JSON.parse(readFileSync(join(state, "runs/loki/members.json"), "utf8"));
  expect(members).toMatchObject({ placed: ["app", "logs"], before: ["hub"] });
});

test("one that failed, only looked, or did a part does not", async () => {
  await run("loki", { hub: {} }, 2);
  await run("loki", { hub: {} }, 0, "--check");
  await run("loki", { hub: {} }, 0, "--limit", "hub");
  expect(noted("loki")).toBeUndefined();
});

test("nor is it noted of agents, which are everywhere", async () => {
  await run("log_agent", { hub: {} });
  expect(noted("log_agent")).toBeUndefined();
});

test("what is placed nowhere any more is forgotten by the last run", async () => {
  await run("loki", { hub: {} });
  await run("grafana", { hub: {} });
  await run("cleanup", { hub: { monitoring_components: ["firewall", "grafana"] } });
  expect([noted("loki"), noted("grafana")]).toEqual([undefined, { hub: "198.18.0.2 22" }]);
});

test("a note that cannot be read is none", () => {
  mkdirSync(join(state, "placements"), { recursive: true });
  writeFileSync(join(state, "placements", "loki.json"), "{");
  const script =
    "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from controller import placements; print(placements.read(Path(sys.argv[2]), 'loki'))";
  const said = execFileSync("python3", ["-B", "-c", script, playbooksDirectory, state], { encoding: "utf8" });
  expect(said).toBe("{}\n");
});
