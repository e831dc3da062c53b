import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder } from "./python";

const PLAY = "- {hosts: all, gather_facts: false, tasks: [{ansible.builtin.command: 'true'}]}\n";
const INVENTORY = "all: {hosts: {here: {ansible_connection: local}}}\n";

afterAll(removeFolders);

/** Runs a playbook with one task on this machine, with the configuration of the runs. */
function play(folder: string, built?: string): number | null {
  writeFileSync(join(folder, "play.yml"), PLAY);
  writeFileSync(join(folder, "inventory.yml"), INVENTORY);
  const env = {
    ...process.env,
    ANSIBLE_CONFIG: join(playbooksDirectory, "ansible.cfg"),
    ANSIBLE_HOME: join(folder, "home"),
    ...(built === undefined ? {} : { MONITORING_BUILT_MODULES: built }),
  };
  const args = ["--inventory", "inventory.yml", "play.yml"];
  return spawnSync("ansible-playbook", args, { cwd: folder, env, stdio: "ignore" }).status;
}

/** The paths of the packed modules. */
function modules(built: string): string[] {
  return readdirSync(built, { recursive: true, encoding: "utf8" })
    .filter((file) => file.includes("command") && !file.endsWith(".lock"))
    .map((file) => join(built, file));
}

ansibleTest("reuses a module that another run packed", () => {
  const folder = temporaryFolder();
  const built = join(folder, "built");
  expect(play(folder, built)).toBe(0);
  const [module = "", ...others] = modules(built);
  expect(others).toEqual([]);
  expect(statSync(join(module, "..")).mode & 0o777).toBe(0o700);
  const { mtimeMs, ino } = statSync(module);
  expect(play(folder, built)).toBe(0);
  expect(modules(built)).toEqual([module]);
  expect(statSync(module)).toMatchObject({ mtimeMs, ino });
});

ansibleTest("runs without the folder if it cannot be created", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  expect(play(folder, join(folder, "file", "built"))).toBe(0);
});

ansibleTest("keeps no module if no folder is given", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "home"));
  expect(play(folder)).toBe(0);
  expect(existsSync(join(folder, "built"))).toBe(false);
});
