import { ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeProgram } from "../playbooks/python";

/** Folders whose changes stay in the copy. */
const FOLDERS = ["/etc", "/opt", "/usr/lib/systemd/system", "/var/lib"];

/** Replaces systemctl: units are files in $STATE with the words "enabled" and "active". */
const SYSTEMCTL = `#!/bin/sh
echo "$@" >> "$STATE/calls"
verb= units=
while [ $# -gt 0 ]; do
  case "$1" in
    --property) property="$2"; shift ;;
    --quiet) exec >/dev/null ;;
    --*) ;;
    *) if [ "$verb" ]; then units="$units $1"; else verb="$1"; fi ;;
  esac
  shift
done
known() { [ -e "/etc/systemd/system/$1" ] || [ -e "/usr/lib/systemd/system/$1" ]; }
set_word() { sed -i "/^$2/d" "$STATE/$1" 2>/dev/null || true; echo "$2 $3" >> "$STATE/$1"; }
word() { sed -n "s/^$2 //p" "$STATE/$1" 2>/dev/null; }
code=0
for unit in $units; do
  case "$verb" in
    show) case "$property" in
      LoadState) if known "$unit"; then echo loaded; else echo not-found; fi ;;
      MainPID) echo 0 ;;
      NeedDaemonReload) echo no ;;
    esac ;;
    is-enabled) word "$unit" enabled | grep . || echo disabled ;;
    is-active) [ "$(word "$unit" active)" = active ] && echo active || { echo inactive; code=3; } ;;
    start) set_word "$unit" active active ;;
    stop) set_word "$unit" active inactive ;;
    enable) set_word "$unit" enabled enabled ;;
    disable) set_word "$unit" enabled disabled ;;
  esac
done
exit $code
`;

/** A copy of this machine's files in a mount namespace: changes do not leave it. Users exist there, but systemd is replaced. */
export class SystemCopy {
  private readonly folder = mkdtempSync(join(tmpdir(), "cdktf-monitoring-system-"));
  private readonly holder: ChildProcess;

  public constructor() {
    const overlays = FOLDERS.map((path, index) => {
      const layer = `${this.folder}/layers/${String(index)}`;
      return `mkdir -p ${layer}/upper ${layer}/work && mount -t overlay overlay -o lowerdir=${path},upperdir=${layer}/upper,workdir=${layer}/work ${path}`;
    });
    const mounts = [`mkdir ${this.folder}/layers`, `mount -t tmpfs none ${this.folder}/layers`, ...overlays].join(
      " && ",
    );
    execFileSync("mkdir", [join(this.folder, "bin"), join(this.folder, "state")]);
    writeProgram(join(this.folder, "bin/systemctl"), SYSTEMCTL);
    this.holder = spawn(
      "unshare",
      ["--mount", "--propagation", "private", "sh", "-c", `${mounts} && echo ready && exec sleep 600`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
  }

  /** Waits until the copy is ready. */
  public async ready(): Promise<void> {
    await new Promise((resolve, reject) => {
      this.holder.stdout?.once("data", resolve);
      this.holder.once("exit", reject);
    });
  }

  /** Runs a shell command, and returns its output. @throws if the command fails */
  public on(command: string, env: Readonly<Record<string, string>> = {}, cwd = "/"): string {
    const { status, stdout, stderr } = this.try(command, env, cwd);
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout.trim();
  }

  /** Runs a shell command. */
  public try(
    command: string,
    env: Readonly<Record<string, string>> = {},
    cwd = "/",
  ): { status: number | null; stdout: string; stderr: string } {
    const pid = String(this.holder.pid);
    return spawnSync("nsenter", ["--mount", "--target", pid, "--wd=/", "sh", "-c", `cd ${cwd} && ${command}`], {
      encoding: "utf8",
      env: {
        LC_ALL: "C",
        STATE: join(this.folder, "state"),
        PATH: `${this.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        ...env,
      },
    });
  }

  /** Lists all files in the folders of the copy that differ, with their digests, owners, modes and times of change. */
  public listing(...folders: readonly string[]): string {
    return this.on(
      `find ${folders.join(" ")} -xdev \\( -type f -exec sha256sum {} + , -printf '%p %M %u:%g %l\\n' \\) 2>/dev/null | sort; true`,
    );
  }

  /** Ends the copy. */
  public end(): void {
    this.holder.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
