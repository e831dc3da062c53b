import { setTimeout as sleep } from "node:timers/promises";
import { run, type Log } from "../../cli/process";
import { UserError } from "../../cli/user-error";
import type { Environment, Started } from "./environment";
import { freePort } from "../service";

/** Repository of the images of local servers. */
const IMAGE = "cdktf-monitoring/server";
/** The options that a container needs to boot systemd. Local servers have more, for firewalls and sandboxes. */
const FLAGS = [
  ...["--detach", "--rm", "--env", "container=docker", "--tmpfs", "/run", "--cgroupns", "private"],
  ...["--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
];
const BOOT_COMMAND = "mount -o remount,bind,rw /sys/fs/cgroup && exec /sbin/init";
/** Seconds that systemd may take to boot. */
const BOOT = 60;

/** A container with systemd and node exporter. It has metrics of systemd, which few development machines run. */
export interface BootedServer {
  readonly environment: Environment;
  remove(): Promise<void>;
}

/** Boots a container from the image of local servers. Logs the reason and returns undefined if there is no engine or image. */
export async function bootedServer(binary: string, log: Log): Promise<BootedServer | undefined> {
  const images = await run("docker", ["image", "ls", "--quiet", IMAGE]).catch(() => undefined);
  const [image] = images?.code === 0 ? images.stdout.trim().split("\n") : [];
  if (!image) {
    log('node_exporter: no metrics of systemd, because the image of local servers is missing ("npm run up" builds it)');
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
        throw new UserError(`systemd in the container ${id.slice(0, 12)} did not boot within ${BOOT} s`);
      await sleep(500);
    }
    return {
      environment: {
        name: "in a container of local servers",
        usual: true,
        flags: [],
        start: async (flags) => start(id, flags),
      },
      remove,
    };
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
 * Starts node exporter in the container, on a free port. It ends with the container. Its metrics are read from inside the
 * container, because some engines give containers no address that this machine can reach.
 */
async function start(id: string, flags: readonly string[]): Promise<Started> {
  const address = `127.0.0.1:${await freePort()}`;
  await docker("exec", "--detach", id, "/node_exporter", ...flags, `--web.listen-address=${address}`);
  const retries = ["--retry", "30", "--retry-delay", "1", "--retry-connrefused"];
  const curl = ["curl", "--silent", "--globoff", "--fail", ...retries];
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
