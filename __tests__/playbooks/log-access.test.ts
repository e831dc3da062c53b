import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { aclPaths } from "../../lib/logs/acl-paths";
import { LogSource } from "../../lib/logs/log-source";
import { playbooksDirectory } from "../../lib/paths";
import { aclTest } from "../support/root";
import { removeFolders, temporaryFolder } from "./python";

/** The user that the log agent runs as in these tests. */
const USER = "nobody";
const scripts = join(playbooksDirectory, "roles/log_agent/files");
const SET_ACL_ENTRY = readFileSync(join(scripts, "set-acl-entry.sh"), "utf8");

/** Files of a server, in a folder that only root may pass. */
class Sandbox {
  public readonly root = temporaryFolder();
  public readonly list = join(this.root, "config/folders");

  public constructor() {
    mkdirSync(join(this.root, "config/targets"), { recursive: true });
  }

  public path(name: string): string {
    return join(this.root, name);
  }

  /** Creates a file and its folders, which are closed to others. */
  public file(name: string, mode: number): void {
    const folder = dirname(this.path(name));
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      for (let at = folder; at !== this.root; at = dirname(at)) chmodSync(at, 0o750);
    }
    writeFileSync(this.path(name), "a line\n");
    chmodSync(this.path(name), mode);
  }

  /** Runs the role's script for these patterns; `programs` is a folder of programs that it finds first. */
  public run(patterns: readonly string[], programs = "", check = false): { status: number | null; lines: string[] } {
    const sources = patterns.map((pattern) => LogSource.files("a", { paths: [this.path(pattern)] }));
    const words = aclPaths(sources).flatMap((one) => [one.folder, one.listed, one.passed, one.files, one.except]);
    const env = {
      PATH: `${programs === "" ? "" : `${programs}:`}/usr/sbin:/usr/bin:/sbin:/bin`,
      LC_ALL: "C",
      AGENT_USER: USER,
      CONFIG: this.path("config"),
      CHECK: check ? "yes" : "",
      SET_ACL_ENTRY,
    };
    const { status, stdout, stderr } = spawnSync("sh", [join(scripts, "grant-log-access.sh"), ...words], {
      encoding: "utf8",
      env,
    });
    if (programs === "" && status !== 0) throw new Error(stderr);
    return { status, lines: stdout.split("\n").filter((line) => line.startsWith("changed=")) };
  }

  public canRead(name: string, user = USER): boolean {
    return (
      spawnSync("setpriv", ["--reuid", user, "--clear-groups", "--regid", "nogroup", "cat", this.path(name)]).status ===
      0
    );
  }

  /** Returns all access control lists and modes. */
  public rights(): string {
    return execFileSync("getfacl", ["--recursive", "--physical", "--absolute-names", this.root], { encoding: "utf8" })
      .split("\n\n")
      .filter((entry) => !entry.includes("/config"))
      .sort()
      .join("\n\n");
  }
}

afterAll(removeFolders);

aclTest("grants access to matching files only, and changes nothing the second time", async () => {
  const box = new Sandbox();
  box.file("home/app/app.log", 0o600);
  box.file("home/app/.ssh/id", 0o600);
  box.file("home/app/other.log", 0o600);
  box.file("home/bob/logs/b.log", 0o640);
  box.file("home/bob/secret", 0o644);
  const patterns = ["home/app/app.log", "home/*/logs/*.log"];
  expect(box.run(patterns).status).toBe(0);
  expect(["home/app/app.log", "home/bob/logs/b.log"].map((name) => box.canRead(name))).toEqual([true, true]);
  expect(["home/app/.ssh/id", "home/app/other.log"].map((name) => box.canRead(name))).toEqual([false, false]);
  expect(execFileSync("getfacl", ["-cp", box.path("home/app/.ssh/id")], { encoding: "utf8" })).not.toContain(USER);
  expect(execFileSync("getfacl", ["-cp", box.path("home/bob")], { encoding: "utf8" })).toContain(`user:${USER}:--x`);
  expect(box.run(patterns)).toEqual({ status: 0, lines: [] });
  await Promise.resolve();
});

aclTest("gives other users no more rights, neither to new files nor by a wider mask", async () => {
  const box = new Sandbox();
  box.file("srv/a.log", 0o640);
  box.file("srv/masked.log", 0o640);
  execFileSync("setfacl", ["-m", "u:daemon:r,m::-", box.path("srv/masked.log")]);
  execFileSync("setfacl", ["-m", "u:daemon:x", box.root, box.path("srv")]);
  box.run(["srv/*.log"]);
  execFileSync("sh", ["-c", 'umask 077 && echo > "$0"', box.path("srv/new.log")]);
  const mode = execFileSync("stat", ["-c", "%a", box.path("srv/new.log")], { encoding: "utf8" });
  expect(mode.trim()).toBe("600");
  expect(["srv/a.log", "srv/masked.log", "srv/new.log"].map((name) => box.canRead(name, "daemon"))).toEqual([
    false,
    false,
    false,
  ]);
  expect(execFileSync("getfacl", ["-cp", box.path("srv/masked.log")], { encoding: "utf8" })).toContain("mask::---");
  expect(box.run(["srv/*.log"]).lines).toHaveLength(1);
  expect(box.canRead("srv/new.log")).toBe(true);
  await Promise.resolve();
});

aclTest("revokes the access to files that are no longer log sources, and to the folders above them", async () => {
  const box = new Sandbox();
  box.file("srv/deep/er/a.log", 0o600);
  box.file("srv/other/b.log", 0o640);
  execFileSync("setfacl", ["-m", "u:daemon:r", box.path("srv/other/b.log")]);
  const before = box.rights();
  box.run(["srv/deep/**/*.log", "srv/other/*.log"]);
  expect(box.rights()).not.toBe(before);
  box.run(["srv/other/*.log"]);
  expect([box.canRead("srv/deep/er/a.log"), box.canRead("srv/other/b.log")]).toEqual([false, true]);
  expect(box.run([]).lines).not.toEqual([]);
  expect(box.rights()).toBe(before);
  expect(existsSync(box.list)).toBe(false);
  await Promise.resolve();
});

aclTest("records access that an interrupted or failed run granted or could not revoke", async () => {
  const box = new Sandbox();
  box.file("srv/a.log", 0o600);
  box.file("opt/b.log", 0o600);
  const before = box.rights();
  const broken = box.path("config/bin");
  mkdirSync(broken);
  const failing = (condition: string): void => {
    writeFileSync(join(broken, "setfacl"), `#!/bin/sh\n${condition}\nexec /usr/bin/setfacl "$@"\n`, { mode: 0o755 });
  };
  failing('case "$PWD" in */srv) exit 1 ;; esac');
  expect(box.run(["srv/*.log", "opt/*.log"], broken).status).not.toBe(0);
  expect(box.canRead("opt/b.log")).toBe(true);
  box.run(["srv/*.log"]);
  expect([box.canRead("opt/b.log"), box.canRead("srv/a.log")]).toEqual([false, true]);
  box.run(["srv/*.log", "opt/*.log"]);
  failing('case "$PWD $*" in */opt*--remove*) exit 1 ;; esac');
  expect(box.run([], broken).status).not.toBe(0);
  expect(readFileSync(box.list, "utf8")).toContain(box.path("opt"));
  expect(box.run([]).status).toBe(0);
  expect(box.rights()).toBe(before);
  await Promise.resolve();
});

aclTest("follows links to a folder, except those of other users, and no links below the folder", async () => {
  const box = new Sandbox();
  box.file("data/logs/a.log", 0o600);
  box.file("secret/b.log", 0o600);
  symlinkSync(box.path("data/logs"), box.path("link"));
  symlinkSync(box.path("secret"), box.path("theirs"));
  execFileSync("chown", ["-h", "daemon", box.path("theirs")]);
  symlinkSync(box.path("secret"), box.path("data/logs/sub"));
  symlinkSync(box.path("secret/b.log"), box.path("data/logs/b.log"));
  const secret = (): string => execFileSync("getfacl", ["-R", box.path("secret")], { encoding: "utf8", stdio: "pipe" });
  const before = secret();
  expect(box.run(["link/**/*.log", "theirs/*.log"]).status).toBe(0);
  expect(box.canRead("link/a.log")).toBe(true);
  expect(secret()).toBe(before);
  chownSync(box.path("secret"), 1, 1);
  box.run(["theirs/*.log"]);
  expect([box.canRead("theirs/b.log"), box.canRead("link/a.log")]).toEqual([true, false]);
  await Promise.resolve();
});

aclTest("reports in check mode what it would change, and changes nothing", async () => {
  const box = new Sandbox();
  box.file("srv/a.log", 0o600);
  box.run([]);
  const before = box.rights();
  const { lines } = box.run(["srv/*.log"], "", true);
  expect(lines).toContainEqual(expect.stringMatching(/srv\/(\.\/)?a\.log$/));
  expect(box.rights()).toBe(before);
  expect(existsSync(box.list)).toBe(false);
  expect(box.run(["srv/*.log"]).lines).toEqual(lines);
  await Promise.resolve();
});
