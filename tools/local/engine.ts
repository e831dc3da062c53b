import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory } from "../cli/project";
import { run, type Log } from "../cli/process";
import { UserError } from "../cli/user-error";
import { installPackages, isDebian } from "./debian";

/** A Docker engine that answers. */
export interface Engine {
  /** Value for `DOCKER_HOST`. @default - what the docker client uses by itself */
  readonly dockerHost?: string;
  /** Whether {@link stopEngine} would stop it. */
  readonly startedByUs: boolean;
}

const runDirectory = "/run/cdktf-monitoring";
const socket = join(runDirectory, "docker.sock");
const ownHost = `unix://${socket}`;

/** How long a new engine may take until it answers, and a stopped one until its containers are down, in seconds. */
const startLimit = 60;
const stopLimit = 60;

/**
 * Finds an engine that answers, or starts one: first whatever the docker client reaches, then the one that an earlier
 * call started. Where there is none, a Debian or Ubuntu root user gets one: from systemd if that is there, else an
 * engine of our own, which outlives this process. Throws a {@link UserError} that says what to install or to start.
 */
export async function ensureEngine(log: Log): Promise<Engine> {
  const chosen = process.env.DOCKER_HOST;
  let problem = await clientProblem();
  if (problem === undefined) {
    return chosen ? { dockerHost: chosen, startedByUs: chosen === ownHost } : { startedByUs: false };
  }
  if (chosen && chosen !== ownHost) {
    throw new UserError(
      `no Docker engine answers at DOCKER_HOST=${chosen} (${problem}); start that engine, or unset DOCKER_HOST`,
    );
  }
  if (!(await answers())) {
    refuseWhereWeCannotStart(problem);
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
    await startOwn(log);
  }
  return { dockerHost: ownHost, startedByUs: true };
}

/**
 * Stops the engine that {@link ensureEngine} started, with its containers, and waits until it is gone. Any other
 * engine is left alone. Returns whether there was one to stop.
 */
export async function stopEngine(log?: Log): Promise<boolean> {
  const pid = findOwn();
  if (pid === undefined) {
    removeTraces();
    return false;
  }
  log?.(`stopping the Docker engine (process ${pid})`);
  process.kill(pid, "SIGTERM");
  const end = Date.now() + stopLimit * 1000;
  while (findOwn() !== undefined) {
    await sleep(50);
    if (Date.now() > end) {
      throw new UserError(`the Docker engine (process ${pid}) has not ended in ${stopLimit} s; its log: ${logFile()}`);
    }
  }
  removeTraces();
  return true;
}

/** Why the docker client reaches no engine; undefined where it does. */
async function clientProblem(): Promise<string | undefined> {
  let result;
  try {
    result = await run("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 10 });
  } catch {
    return "there is no docker command";
  }
  if (result.code === 0) return undefined;
  if (result.code === null) return "no answer in 10 s";
  return result.stderr.trim().split("\n").at(-1) ?? `docker version ended with ${result.code}`;
}

function refuseWhereWeCannotStart(problem: string): void {
  const ask = "install Docker (https://docs.docker.com/engine/install/), start it, and run this again";
  if (/permission denied/i.test(problem)) {
    throw new UserError(
      `you may not use the Docker engine (${problem}); add yourself to its group (sudo usermod -aG docker $USER) and log in again`,
    );
  }
  if (process.platform !== "linux") {
    throw new UserError(`no Docker engine answers (${problem}); ${ask}`);
  }
  if (!isDebian()) {
    throw new UserError(`no Docker engine answers (${problem}); ${ask}`);
  }
  if (process.getuid?.() !== 0) {
    throw new UserError(
      `no Docker engine answers (${problem}); as root: apt-get install docker.io, then systemctl start docker, ` +
        "and usermod -aG docker <you> (log in again)",
    );
  }
}

/** Installs what is missing from Debian's packages. Returns whether anything was. */
async function installMissing(log: Log): Promise<boolean> {
  const missing = [
    ["docker.io", "dockerd"],
    ["mmdebstrap", "mmdebstrap"],
  ].flatMap(([name, program]) => (program && name && !onPath(program) ? [name] : []));
  if (missing.length > 0) {
    await installPackages(missing, BY_HAND, log);
  }
  // Debian 13 and Ubuntu's newer releases keep the client in a package of its own.
  if (!onPath("docker")) {
    await installPackages(["docker-cli"], BY_HAND, log);
    missing.push("docker-cli");
  }
  return missing.length > 0;
}

const BY_HAND = "install Docker by hand and run this again";

function onPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(":");
  return [...folders, "/usr/sbin", "/sbin"].some((folder) => folder !== "" && existsSync(join(folder, program)));
}

async function startService(log: Log): Promise<void> {
  log("starting the system's Docker engine (systemctl start docker)");
  const result = await run("systemctl", ["start", "docker"]);
  const problem = result.code === 0 ? await clientProblem() : result.stderr.trim();
  if (problem !== undefined) {
    throw new UserError(`the system's Docker engine does not start (${problem}); see journalctl -u docker`);
  }
}

async function startOwn(log: Log): Promise<void> {
  // Another call may just have started it: its socket comes a second after its process.
  let launched = false;
  const end = Date.now() + startLimit * 1000;
  while (!(await answers())) {
    if (findOwn() === undefined && !launched) {
      // None was there; or it was one that another call was just stopping.
      launch(log);
      launched = true;
    }
    await sleep(50);
    if ((findOwn() === undefined && launched) || Date.now() > end) {
      const words = existsSync(logFile())
        ? readFileSync(logFile(), "utf8").trim().split("\n").slice(-10).join("\n")
        : "";
      throw new UserError(`the Docker engine did not start; the end of its log (${logFile()}):\n${words}`);
    }
  }
}

function launch(log: Log): void {
  removeTraces();
  const root = join(cacheDirectory(), "engine");
  mkdirSync(root, { recursive: true, mode: 0o700 });
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  log(`starting a Docker engine of our own (log: ${logFile()})`);
  const output = openSync(logFile(), "w", 0o600);
  const child = spawn(
    onPathOf("dockerd"),
    [
      ...[`--host=${ownHost}`, `--pidfile=${join(runDirectory, "docker.pid")}`],
      ...[`--exec-root=${join(runDirectory, "docker")}`, `--data-root=${join(root, "data")}`],
      // The servers have a network of their own and need no way out: no rule of the host's firewall is touched.
      ...["--bridge=none", "--iptables=false", "--ip6tables=false"],
    ],
    { cwd: "/", detached: true, stdio: ["ignore", output, output] },
  );
  child.on("error", () => undefined);
  child.unref();
  closeSync(output);
}

function logFile(): string {
  return join(cacheDirectory(), "engine", "dockerd.log");
}

function onPathOf(program: string): string {
  return existsSync(`/usr/sbin/${program}`) ? `/usr/sbin/${program}` : program;
}

/** Whether an engine answers on our socket. */
async function answers(): Promise<boolean> {
  if (!existsSync(socket)) return false;
  return new Promise((done) => {
    const asked = request({ socketPath: socket, path: "/_ping", timeout: 2000, agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    asked.on("timeout", () => {
      asked.destroy();
    });
    asked.on("error", () => {
      done(false);
    });
    asked.end();
  });
}

/** The process of our engine, known by its command line: a process id in a file may be somebody else's by now. */
function findOwn(): number | undefined {
  if (process.platform !== "linux") return undefined;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      if (basename(words[0] ?? "") === "dockerd" && words.includes(`--host=${ownHost}`)) return Number(entry);
    } catch {
      // It has ended meanwhile.
    }
  }
  return undefined;
}

/** Removes what an engine that was killed left behind, which would keep the next one from starting. */
function removeTraces(): void {
  for (const file of [
    socket,
    join(runDirectory, "docker.pid"),
    join(runDirectory, "docker", "containerd", "containerd.pid"),
  ]) {
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw new UserError(`${file} is left over from an engine that has ended and can't be removed (${String(error)})`);
    }
  }
}

/** Like {@link stopEngine}, but only where the engine runs nothing any more. */
export async function stopIdleEngine(log?: Log): Promise<boolean> {
  if (await answers()) {
    const { stdout } = await run("docker", ["--host", ownHost, "ps", "--quiet"]);
    if (stdout.trim() !== "") return false;
  }
  return stopEngine(log);
}
