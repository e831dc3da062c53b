import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { flagRules } from "../../lib/flags";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, ansibleTest } from "../support/ansible";
import { removeFolders, temporaryFolder } from "./python";

const rolesDirectory = join(playbooksDirectory, "roles");
const PROGRAM = `import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from with_extra_flags import FilterModule
print(json.dumps(FilterModule().filters()["with_extra_flags"](*json.load(sys.stdin))))`;

function withExtraFlags(kind: string, own: readonly string[], extra: readonly string[]): unknown {
  const plugins = join(rolesDirectory, "base/filter_plugins");
  const input = JSON.stringify([own, extra, kind]);
  const { stdout, stderr } = spawnSync("python3", ["-c", PROGRAM, plugins], { input, encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Variables with which the roles pass as many flags as possible. */
const VARIABLES = {
  monitoring_server: { name: "hub", bind: "192.0.2.1", architecture: "amd64" },
  base_service: { version: "3.15.0" },
  node_exporter_collectors: ["systemd"],
  prometheus_retention_size: "1GB",
  prometheus_external_url: "http://192.0.2.1:9090",
  prometheus_remote_write_receiver: true,
  alertmanager_cluster_peers: ["192.0.2.2:9094"],
};

/** Returns the arguments that the roles pass to their programs, by role. */
function renderedArguments(roles: readonly string[]): Record<string, string[]> {
  const folder = temporaryFolder();
  const files = ["base", ...roles].flatMap((role) =>
    ["defaults", "vars"].map((part) => join(rolesDirectory, role, part, "main.yml")),
  );
  const content = Object.fromEntries(roles.map((role) => [role, `{{ _${role}_service.arguments }}`]));
  const play = {
    hosts: "localhost",
    connection: "local",
    gather_facts: false,
    vars_files: files,
    tasks: [
      {
        "ansible.builtin.copy": { content: "{{ rendered | to_json }}", dest: "rendered.json" },
        vars: { rendered: content },
      },
    ],
  };
  writeFileSync(join(folder, "play.yml"), JSON.stringify([play]));
  writeFileSync(join(folder, "variables.json"), JSON.stringify(VARIABLES));
  const { status, stdout, stderr } = spawnSync(
    join(dirname(ansiblePython() ?? ""), "ansible-playbook"),
    ["play.yml", "--extra-vars", "@variables.json"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, ANSIBLE_CONFIG: join(playbooksDirectory, "ansible.cfg") } },
  );
  if (status !== 0) throw new Error(stdout + stderr);
  return JSON.parse(readFileSync(join(folder, "rendered.json"), "utf8")) as Record<string, string[]>;
}

afterAll(removeFolders);

const rolesWithFlags = readdirSync(rolesDirectory).filter((role) => {
  const defaults = join(rolesDirectory, role, "defaults/main.yml");
  return (
    existsSync(defaults) && `${role}_extra_flags` in ((parse(readFileSync(defaults, "utf8")) as object | null) ?? {})
  );
});

test("has rules for the flags of each role that takes flags of the user", () => {
  expect(Object.keys(flagRules).sort()).toEqual(rolesWithFlags);
});

ansibleTest("has a rule for each flag that a role passes", () => {
  for (const [role, args] of Object.entries(renderedArguments(rolesWithFlags))) {
    const { refused = {}, replaceable = {}, merged = [], repeatable = [] } = flagRules[role] ?? {};
    const known = new Set([...Object.keys(refused), ...Object.keys(replaceable), ...merged, ...repeatable]);
    const passed = args.map((flag) => flag.replace(/^--?/, "").replace(/=.*/, ""));
    // CollectorFlags adds only collectors that the user's flags do not contain.
    expect([role, passed.filter((name) => !known.has(name) && name !== "collector.systemd")]).toEqual([role, []]);
    expect(passed.length).toBeGreaterThan(0);
  }
});

test("replaces flags of the role, also by flags that exclude them", () => {
  const own = [
    "--web.listen-address=:1",
    "--collector.filesystem.mount-points-exclude=a",
    "--collector.netdev.device-exclude=b",
  ];
  expect(withExtraFlags("node_exporter", own, [])).toEqual(own);
  expect(
    withExtraFlags("node_exporter", own, ["--collector.filesystem.mount-points-exclude=c", "--no-collector.zfs"]),
  ).toEqual([own[0], own[2], "--collector.filesystem.mount-points-exclude=c", "--no-collector.zfs"]);
  expect(withExtraFlags("node_exporter", own, ["--collector.netdev.device-include=c"])).toEqual([
    own[0],
    own[1],
    "--collector.netdev.device-include=c",
  ]);
  const receiver = "--web.enable-remote-write-receiver";
  expect(withExtraFlags("prometheus", [receiver], [receiver])).toEqual([receiver]);
});

test("adds flags that may be repeated, and merges lists", () => {
  const folder = "--collector.textfile.directory";
  expect(withExtraFlags("node_exporter", [`${folder}=a`], [`${folder}=b`])).toEqual([`${folder}=a`, `${folder}=b`]);
  expect(withExtraFlags("alertmanager", ["--enable-feature=a", "--x=1"], ["--enable-feature=b,c", "--y"])).toEqual([
    "--x=1",
    "--enable-feature=a,b,c",
    "--y",
  ]);
});
