import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { playbooksDirectory } from "../../lib/paths";
import { ansiblePython, moduleTest } from "../support/ansible";
import { removeFolders, temporaryFolder } from "./python";

const MODULE = join(playbooksDirectory, "plugins", "modules", "file_tree.py");
const SETTINGS = {
  folder_mode: "0750",
  folders: ["secrets"],
  files: { "main.yml": "a: 1\n", "rules/own.yml": 'expr: "{{ up }}"\n', "run.sh": "true\n" },
  modes: { "run.sh": "0750" },
};

interface Outcome {
  readonly changed?: boolean;
  readonly paths: readonly string[];
  readonly diff?: readonly object[];
  readonly msg?: string;
}

afterAll(removeFolders);

/** Runs the module the way Ansible does. */
function put(root: string, settings: object, check = false): Outcome {
  const input = JSON.stringify({ ANSIBLE_MODULE_ARGS: { root, ...settings, _ansible_check_mode: check } });
  const { stdout, stderr } = spawnSync(ansiblePython() ?? "", [MODULE], { input, encoding: "utf8" });
  if (!stdout.trim().startsWith("{")) throw new Error(stderr);
  return JSON.parse(stdout) as Outcome;
}

function mode(path: string): string {
  return (lstatSync(path).mode & 0o7777).toString(8).padStart(4, "0");
}

function inode(path: string): number {
  return statSync(path).ino;
}

moduleTest("creates files and folders with their modes", () => {
  const root = join(temporaryFolder(), "etc");
  const all = [".", "secrets", "main.yml", "rules", "rules/own.yml", "run.sh"];
  expect(put(root, SETTINGS)).toMatchObject({ changed: true, paths: all });
  expect(all.map((path) => mode(join(root, path)))).toEqual(["0750", "0750", "0640", "0750", "0640", "0750"]);
  expect(readFileSync(join(root, "rules", "own.yml"), "utf8")).toBe(SETTINGS.files["rules/own.yml"]);
  expect(readdirSync(root).sort()).toEqual(["main.yml", "rules", "run.sh", "secrets"]);
});

moduleTest("changes nothing the second time, not even an inode", () => {
  const root = join(temporaryFolder(), "etc");
  put(root, SETTINGS);
  const before = inode(join(root, "main.yml"));
  expect(put(root, SETTINGS)).toMatchObject({ changed: false, paths: [], diff: [] });
  expect(inode(join(root, "main.yml"))).toBe(before);
});

moduleTest("writes only files that differ, and removes files that are no longer wanted", () => {
  const root = join(temporaryFolder(), "etc");
  put(root, SETTINGS);
  writeFileSync(join(root, "rules", "own.yml"), "by hand\n");
  chmodSync(join(root, "main.yml"), 0o666);
  writeFileSync(join(root, "rules", "old.yml"), "old\n");
  const absent = [join(root, "rules", "old.yml"), join(root, "rules", "never.yml")];
  const inodes = inode(join(root, "main.yml"));
  expect(put(root, { ...SETTINGS, absent })).toMatchObject({
    changed: true,
    paths: ["main.yml", "rules/own.yml", absent[0]],
    diff: [
      { before_header: "rules/own.yml", before: "by hand\n", after: SETTINGS.files["rules/own.yml"] },
      { before_header: absent[0], before: "old\n", after: "" },
    ],
  });
  expect(mode(join(root, "main.yml"))).toBe("0640");
  expect(inode(join(root, "main.yml"))).toBe(inodes);
  expect(readdirSync(join(root, "rules"))).toEqual(["own.yml"]);
});

moduleTest("creates and redirects a link, and fails if something else has its name", () => {
  const root = temporaryFolder();
  const path = join(root, "current");
  const link = (target: string, check = false): Outcome => put(root, { links: { [path]: target } }, check);
  expect(link("/opt/one", true)).toMatchObject({ changed: true, paths: [path] });
  expect(existsSync(path)).toBe(false);
  link("/opt/one");
  expect(link("/opt/one")).toMatchObject({ changed: false, paths: [] });
  expect(link("/opt/two").diff).toEqual([
    { before_header: path, after_header: path, before: "/opt/one\n", after: "/opt/two\n" },
  ]);
  expect([readlinkSync(path), readdirSync(root)]).toEqual(["/opt/two", ["current"]]);

  mkdirSync(join(root, "folder"));
  expect(put(root, { links: { [join(root, "folder")]: "/opt/one" } }).msg).toBe(
    `${join(root, "folder")}: Invalid argument`,
  );
});

moduleTest("reports the same changes in check mode, and changes nothing", () => {
  const root = join(temporaryFolder(), "etc");
  expect(put(root, SETTINGS, true).paths).toEqual(put(root, SETTINGS).paths);
  writeFileSync(join(root, "main.yml"), "by hand\n");
  chmodSync(join(root, "run.sh"), 0o600);
  const absent = [join(root, "rules", "own.yml")];
  const files = { "main.yml": SETTINGS.files["main.yml"], "run.sh": SETTINGS.files["run.sh"] };
  expect(put(root, { ...SETTINGS, files, absent }, true).paths).toEqual(["main.yml", "run.sh", absent[0]]);
  expect(readFileSync(join(root, "main.yml"), "utf8")).toBe("by hand\n");
  expect(mode(join(root, "run.sh"))).toBe("0600");
  expect(existsSync(join(root, "rules", "own.yml"))).toBe(true);
});

describe("the manifest", () => {
  const listed = (file: string): string[] => readFileSync(file, "utf8").trim().split("\n");

  moduleTest("lists each file, folder and link once, with those that existed before", () => {
    const root = join(temporaryFolder(), "etc");
    const manifest = join(temporaryFolder(), "manifest", "example");
    const link = join(temporaryFolder(), "current");
    put(root, SETTINGS);
    for (let times = 0; times < 2; times += 1) put(root, { ...SETTINGS, links: { [link]: "/opt/one" }, manifest });
    expect(listed(manifest)).toEqual([
      `folder ${root}`,
      `folder ${root}/secrets`,
      `file ${root}/main.yml`,
      `folder ${root}/rules`,
      `file ${root}/rules/own.yml`,
      `file ${root}/run.sh`,
      `link ${link}`,
    ]);
    expect([mode(manifest), mode(join(manifest, ".."))]).toEqual(["0600", "0700"]);
  });

  moduleTest("lists a file that could not be written", () => {
    const root = join(temporaryFolder(), "etc");
    const manifest = join(temporaryFolder(), "example");
    mkdirSync(join(root, "main.yml"), { recursive: true });
    put(root, { ...SETTINGS, manifest });
    expect(listed(manifest)).toContain(`file ${root}/main.yml`);
  });

  moduleTest("loses the line of a removed file", () => {
    const root = join(temporaryFolder(), "etc");
    const manifest = join(temporaryFolder(), "example");
    put(root, { ...SETTINGS, manifest });
    const files = Object.fromEntries(Object.entries(SETTINGS.files).filter(([path]) => path !== "rules/own.yml"));
    put(root, { ...SETTINGS, files, manifest, absent: [join(root, "rules/own.yml")] });
    expect(listed(manifest)).not.toContain(`file ${root}/rules/own.yml`);
    expect(listed(manifest)).toContain(`file ${root}/main.yml`);
    expect(mode(manifest)).toBe("0600");
  });

  moduleTest("lists units, and no folder of the system", () => {
    const root = join(temporaryFolder(), "systemd/system");
    const manifest = join(temporaryFolder(), "example");
    mkdirSync(root, { recursive: true });
    put(root, { files: { "example.service": "[Unit]\n", "other.service.d/own.conf": "[Unit]\n" }, manifest });
    expect(listed(manifest)).toEqual([
      `unit ${root}/example.service`,
      `folder ${root}/other.service.d`,
      `file ${root}/other.service.d/own.conf`,
    ]);
  });

  moduleTest("is not written in check mode", () => {
    const manifest = join(temporaryFolder(), "example");
    put(join(temporaryFolder(), "etc"), { ...SETTINGS, manifest }, true);
    expect(existsSync(manifest)).toBe(false);
  });
});

moduleTest("fails with the path of a folder in the place of a file, and reports what changed before", () => {
  const root = join(temporaryFolder(), "etc");
  mkdirSync(join(root, "main.yml"), { recursive: true });
  expect(put(root, SETTINGS)).toMatchObject({
    msg: `${join(root, "main.yml")}: Is a directory`,
    paths: [".", "secrets"],
  });
});
