import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { programEnvironment } from "../cli/environment";
import { cacheDirectory, cacheFolder } from "../cli/project";
import { run, type Log } from "../cli/process";
import { UserError } from "../cli/user-error";
import { installPackages, isDebian } from "./debian";
import { containerOwners, ifUnused, register } from "./engine-users";

/** A running Docker engine. */
export interface Engine {
  /** Value for `DOCKER_HOST`. @default - the default of the Docker client */
  readonly dockerHost?: string;
  /** Whether {@link stopIdleEngine} stops it. */
  readonly startedByUs: boolean;
}

const runDirectory = "/run/cdktf-monitoring";
const socket = join(runDirectory, "docker.sock");
const separateHost = `unix://${socket}`;

/** Seconds that an engine may take to start, and to stop with its containers. */
const startLimit = 60;
const stopLimit = 60;

/**
 * Finds a running engine or starts one, in this order: the engine that the Docker client reaches, the engine that an
 * earlier call started, and for root on Debian or Ubuntu a new one. With systemd, that is the system's engine. Without
 * systemd, it is a separate engine that outlives this process.
 *
 * @throws UserError with the software to install or start
 */
export async function ensureEngine(log: Log): Promise<Engine> {
  // Before the search, so that no other process stops the engine between the search and its use. Only root can start it.
  if (process.platform === "linux" && process.getuid?.() === 0) await register(runDirectory, log);
  const chosen = process.env.DOCKER_HOST;
  let problem = await clientProblem();
  if (problem === undefined) {
    return chosen ? { dockerHost: chosen, startedByUs: chosen === separateHost } : { startedByUs: false };
  }
  if (chosen && chosen !== separateHost) {
    throw new UserError(
      `no Docker engine answers at DOCKER_HOST=${chosen} (${problem}): start that engine, or unset DOCKER_HOST`,
    );
  }
  if (!(await answers())) {
    requireDebianRoot(problem);
    if (await installMissing(log)) {
      problem = await clientProblem();
    }
    if (problem !== undefined && existsSync("/run/systemd/system")) {
      await startService(log);
      problem = undefined;
    }
    if (problem === undefined && !chosen) {
      return { startedByUs: false };
    }
    await startSeparate(log);
  }
  return { dockerHost: separateHost, startedByUs: true };
}

/**
 * Stops the separate engine that {@link ensureEngine} started, and waits for its end. Leaves it running if another process
 * uses it or it has containers, and logs how to stop it. Does not affect other engines.
 */
export async function stopIdleEngine(log: Log = () => undefined): Promise<void> {
  if (findProcess() === undefined && !existsSync(socket)) return;
  const unused = await ifUnused(runDirectory, log, async () => {
    const owners = (await answers()) ? await containerOwners(separateHost) : [];
    if (owners.length === 0) await stopEngine(log);
    else logKept(`it has containers of ${owners.join(", ")}`, log);
  });
  if (!unused) logKept("another process uses it", log);
}

function logKept(reason: string, log: Log): void {
  const pid = findProcess();
  if (pid !== undefined)
    log(`the Docker engine keeps running, because ${reason}; to stop it with all its containers: kill ${pid}`);
}

async function stopEngine(log: Log): Promise<void> {
  const pid = findProcess();
  if (pid === undefined) {
    removeStaleFiles();
    return;
  }
  log(`stopping the Docker engine (process ${pid})`);
  process.kill(pid, "SIGTERM");
  const end = Date.now() + stopLimit * 1000;
  while (findProcess() !== undefined) {
    await sleep(50);
    if (Date.now() > end) {
      throw new UserError(`the Docker engine (process ${pid}) did not stop within ${stopLimit} s: see ${logFile()}`);
    }
  }
  removeStaleFiles();
}

/** The reason that the Docker client reaches no engine, or undefined if it reaches one. */
async function clientProblem(): Promise<string | undefined> {
  let result;
  try {
    result = await run("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 10 });
  } catch {
    return "the command docker is missing";
  }
  if (result.code === 0) return undefined;
  if (result.code === null) return "no answer within 10 s";
  return result.stderr.trim().split("\n").at(-1) ?? `docker version exited with ${result.code}`;
}

/** Throws unless this process can install and start an engine: as root on Debian or Ubuntu. */
function requireDebianRoot(problem: string): void {
  const remedy = "install Docker (https://docs.docker.com/engine/install/), start it, and run this command again";
  if (/permission denied/i.test(problem)) {
    throw new UserError(
      `you may not use the Docker engine (${problem}): run "sudo usermod -aG docker $USER" and log in again`,
    );
  }
  if (process.platform !== "linux" || !isDebian()) {
    throw new UserError(`no Docker engine answers (${problem}): ${remedy}`);
  }
  if (process.getuid?.() !== 0) {
    throw new UserError(
      `no Docker engine answers (${problem}): run "sudo apt-get install docker.io && sudo systemctl start docker && ` +
        'sudo usermod -aG docker $USER" and log in again',
    );
  }
}

/** Installs the missing Debian packages. Returns whether any was missing. */
async function installMissing(log: Log): Promise<boolean> {
  const missing = [
    ["docker.io", "dockerd"],
    ["mmdebstrap", "mmdebstrap"],
  ].flatMap(([name, program]) => (program && name && !onPath(program) ? [name] : []));
  if (missing.length > 0) {
    await installPackages(missing, MANUALLY, log);
  }
  // In Debian 13 and recent releases of Ubuntu, the client is a package of its own.
  if (!onPath("docker")) {
    await installPackages(["docker-cli"], MANUALLY, log);
    missing.push("docker-cli");
  }
  return missing.length > 0;
}

const MANUALLY = "install Docker manually and run this command again";

function onPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(":");
  return [...folders, "/usr/sbin", "/sbin"].some((folder) => folder !== "" && existsSync(join(folder, program)));
}

async function startService(log: Log): Promise<void> {
  log("starting the system's Docker engine (systemctl start docker)");
  const result = await run("systemctl", ["start", "docker"]);
  const problem = result.code === 0 ? await clientProblem() : result.stderr.trim();
  if (problem !== undefined) {
    throw new UserError(`cannot start the system's Docker engine (${problem}): see journalctl -u docker`);
  }
}

async function startSeparate(log: Log): Promise<void> {
  // Another process may just have started the engine, whose socket appears a second after its process.
  let launched = false;
  const deadline = Date.now() + startLimit * 1000;
  while (!(await answers())) {
    if (findProcess() === undefined && !launched) {
      // No engine is running, or another process has just stopped it.
      launch(log);
      launched = true;
    }
    await sleep(50);
    if ((findProcess() === undefined && launched) || Date.now() > deadline) {
      const end = existsSync(logFile()) ? readFileSync(logFile(), "utf8").trim().split("\n").slice(-10).join("\n") : "";
      throw new UserError(`the Docker engine did not start. End of its log (${logFile()}):\n${end}`);
    }
  }
}

function launch(log: Log): void {
  removeStaleFiles();
  const root = cacheFolder("engine");
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  log(`starting a separate Docker engine (log: ${logFile()})`);
  const output = openSync(logFile(), "w", 0o600);
  const child = spawn(
    existsSync("/usr/sbin/dockerd") ? "/usr/sbin/dockerd" : "dockerd",
    [
      ...[`--host=${separateHost}`, `--pidfile=${join(runDirectory, "docker.pid")}`],
      ...[`--exec-root=${join(runDirectory, "docker")}`, `--data-root=${join(root, "data")}`],
      // The servers have their own network and need no internet access, so the firewall of this machine stays unchanged.
      ...["--bridge=none", "--iptables=false", "--ip6tables=false"],
    ],
    { cwd: "/", env: programEnvironment(), detached: true, stdio: ["ignore", output, output] },
  );
  child.on("error", () => undefined);
  child.unref();
  closeSync(output);
}

function logFile(): string {
  return join(cacheDirectory(), "engine", "dockerd.log");
}

/** Whether an engine answers on the separate socket. */
async function answers(): Promise<boolean> {
  if (!existsSync(socket)) return false;
  return new Promise((done) => {
    const ping = request({ socketPath: socket, path: "/_ping", timeout: 2000, agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    ping.on("timeout", () => {
      ping.destroy();
    });
    ping.on("error", () => {
      done(false);
    });
    ping.end();
  });
}

/** The process of the separate engine, found by its command line. The process id in a file may belong to another process. */
function findProcess(): number | undefined {
  if (process.platform !== "linux") return undefined;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      if (basename(words[0] ?? "") === "dockerd" && words.includes(`--host=${separateHost}`)) return Number(entry);
    } catch {
      // The process has ended meanwhile.
    }
  }
  return undefined;
}

/** Removes the files of a killed engine, which would prevent the next one from starting. */
function removeStaleFiles(): void {
  for (const file of [
    socket,
    join(runDirectory, "docker.pid"),
    join(runDirectory, "docker", "containerd", "containerd.pid"),
  ]) {
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw new UserError(`cannot remove ${file}, which a stopped engine left behind: ${String(error)}`);
    }
  }
}
