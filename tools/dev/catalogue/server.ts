import { setTimeout as sleep } from "node:timers/promises";
import { run, UserError, type Log } from "../../cli/common";
import type { Place, Started } from "./node-exporter";
import { freePort } from "./service";

/** The repository of local servers' images. */
const IMAGE = "cdktf-monitoring/server";
/** What a container needs to boot systemd; local servers have more, for firewalls and sandboxes. */
const FLAGS = [
  ...["--detach", "--rm", "--env", "container=docker", "--tmpfs", "/run", "--cgroupns", "private"],
  ...["--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
];
const BOOT_COMMAND = "mount -o remount,bind,rw /sys/fs/cgroup && exec /sbin/init";
/** Seconds until systemd is up. */
const BOOT = 60;

/** A server that booted, with node exporter on it: for metrics of systemd, which few machines for development run. */
export interface BootedServer {
  readonly place: Place;
  remove(): Promise<void>;
}

/** Boots a container as local servers are; undefined, with a word about it, where no engine answers or none was ever made here. */
export async function bootedServer(binary: string, log: Log): Promise<BootedServer | undefined> {
  const images = await run("docker", ["image", "ls", "--quiet", IMAGE]).catch(() => undefined);
  const [image] = images?.code === 0 ? images.stdout.trim().split("\n") : [];
  if (!image) {
    log("node_exporter: no image of local servers (npm run up makes one): metrics of systemd are not looked for");
    return undefined;
  }
  const id = (await docker("run", ...FLAGS, image, "sh", "-c", BOOT_COMMAND)).trim();
  const remove = async () => {
    await docker("rm", "--force", id);
  };
  try {
    await docker("cp", binary, `${id}:/node_exporter`);
    const end = Date.now() + BOOT * 1000;
    while (!(await isUp(id))) {
      if (Date.now() > end)
        throw new UserError(`systemd in the container ${id.slice(0, 12)} is not up after ${BOOT} s`);
      await sleep(500);
    }
    return { place: { name: "on a local server", flags: [], start: async (flags) => start(id, flags) }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function isUp(id: string): Promise<boolean> {
  const { stdout } = await run("docker", ["exec", id, "systemctl", "is-system-running"]);
  return ["running", "degraded"].includes(stdout.trim());
}

/**
 * Starts node exporter on a port of its own; it ends with the container, from inside of which it is asked: not all
 * engines give containers an address that this machine can dial.
 */
async function start(id: string, flags: readonly string[]): Promise<Started> {
  const address = `127.0.0.1:${await freePort()}`;
  await docker("exec", "--detach", id, "/node_exporter", ...flags, `--web.listen-address=${address}`);
  const patience = ["--retry", "30", "--retry-delay", "1", "--retry-connrefused"];
  const curl = ["curl", "--silent", "--globoff", "--fail", ...patience];
  return {
    read: async (query) => docker("exec", id, ...curl, `http://${address}/metrics${query}`),
    stop: async () => Promise.resolve(),
  };
}

async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args);
  if (code !== 0) throw new UserError(`docker ${args[0] ?? ""}: ${stderr.trim()}`);
  return stdout;
}
