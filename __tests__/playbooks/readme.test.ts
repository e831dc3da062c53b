import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { playbooksDirectory } from "../../lib/paths";
import { ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder } from "./python";

const readme = readFileSync(join(playbooksDirectory, "README.md"), "utf8");
const [, indented = ""] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
const inventory = indented.replace(/^ {3}/gm, "");

afterAll(removeFolders);

test("playbooks/README.md names every role and every playbook", () => {
  const roles = readdirSync(join(playbooksDirectory, "roles"));
  expect(roles.filter((role) => !readme.includes(`(roles/${role}/README.md)`))).toEqual([]);
  const playbooks = readdirSync(playbooksDirectory).filter((file) => file.endsWith(".yml"));
  const others = playbooks.filter((file) => !roles.includes(file.replace(/\.yml$/, "")));
  expect([...others, "cleanup.yml", "firewall.yml"].filter((file) => !readme.includes(`\`${file}\``))).toEqual([]);
});

test("its inventory has the pinned release of the node exporter", () => {
  const pins = JSON.parse(readFileSync(join(playbooksDirectory, "artifacts.json"), "utf8")) as {
    node_exporter: { version: string; sha256: { amd64: string } };
  };
  const { version, sha256 } = pins.node_exporter;
  const file = `node_exporter-${version}.linux-amd64.tar.gz`;
  const { all } = parse(inventory) as {
    all: { children: { run_node_exporter: { vars: Record<string, unknown> } } };
  };
  expect(all.children.run_node_exporter.vars.monitoring_artifact_files).toEqual({
    node_exporter: { [version]: { amd64: { path: `{{ inventory_dir }}/${file}`, sha256: sha256.amd64 } } },
  });
  expect(readme).toContain(`/v${version}/${file}`);
});

ansibleTest("its inventory works with the playbook of the node exporter", () => {
  const file = join(temporaryFolder(), "inventory.yml");
  writeFileSync(file, inventory);
  const args = ["--inventory", file, "--syntax-check", join(playbooksDirectory, "node_exporter.yml")];
  const env = { ...process.env, ANSIBLE_CONFIG: join(playbooksDirectory, "ansible.cfg") };
  const { status, stderr } = spawnSync("ansible-playbook", args, { encoding: "utf8", env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
