import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request, type RequestOptions } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { playbooksDirectory } from "../../../lib/paths";
import { UserError } from "../../cli/user-error";
import { localLokiSettings } from "../catalogue/loki-settings";
import { pushRequest } from "../push-request";
import { freePort, Service } from "../service";
import { lokiStep } from "../test-programs";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { Recorder } from "./recorder";

const SERVERS = [10, 100, 500];
/** Streams of each server, and lines of each stream in one request. */
const STREAMS = 4;
const LINES = 50;
/** Requests that are open at the same time. */
const OPEN = 8;
/** Clock ticks per second in `/proc`, on every architecture of Linux. */
const TICKS = 100;

/** Measures what the check of senders costs between the gateway and Loki. */
export const senders: Benchmark = {
  name: "senders",
  title: `log lines of ${SERVERS.join(", ")} servers to Loki, with and without the check of their senders`,
  repeat: 5,
  needs: [lokiStep],
  run: measureSenders,
};

async function measureSenders({ repeat, environment, log }: Settings): Promise<Outcome> {
  const record = new Recorder();
  const folder = mkdtempSync(join(tmpdir(), "senders-"));
  const port = await freePort();
  const configuration = join(folder, "loki.yml");
  const limits = { ingestion_rate_mb: 1000, ingestion_burst_size_mb: 1000, max_global_streams_per_user: 0 };
  const settings = localLokiSettings(folder, { http: port, grpc: await freePort() }, "inmemory");
  const frontends = { frontend: { scheduler_dns_lookup_period: "1s" }, frontend_worker: { dns_lookup_duration: "1s" } };
  writeFileSync(configuration, JSON.stringify({ ...settings, ...frontends, limits_config: limits }));
  const ready = `http://127.0.0.1:${port}/ready`;
  const loki = await Service.start(environment.LOKI ?? "loki", [`-config.file=${configuration}`], ready, folder);
  const socketPath = join(folder, "socket");
  const check = await startCheck(socketPath, port);
  try {
    for (let round = 1; round <= repeat; round += 1) {
      for (const servers of SERVERS) {
        log(`round ${round} of ${repeat}: ${servers} servers`);
        const lines = servers * STREAMS * LINES;
        const bodies = Array.from({ length: servers }, (_, index) => bodyOf(`server${index}`));
        const checked = async (): Promise<void> => {
          const before = cpuSeconds(check);
          const seconds = await send({ socketPath }, bodies);
          record.add(`checked, ${servers} servers`, "s", seconds);
          record.add(
            `${servers} servers: CPU time of the check per million lines`,
            "s",
            ((cpuSeconds(check) - before) / lines) * 1e6,
          );
        };
        const direct = async (): Promise<void> => {
          record.add(`direct, ${servers} servers`, "s", await send({ host: "127.0.0.1", port }, bodies));
        };
        // The order alternates between rounds, because Loki and the machine warm up.
        for (const measure of round % 2 === 1 ? [checked, direct] : [direct, checked]) await measure();
      }
    }
  } finally {
    check.kill();
    await loki.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return { figures: [...record.figures, ...record.ratios("checked", "direct")], notes: NOTES };
}

const NOTES = [
  `Each server sends one request with ${STREAMS} streams of ${LINES} lines, and ${OPEN} requests are open at a time. The requests are`,
  "prepared before. Clients, check and Loki share the CPUs of this machine, and the gateway is left out.",
];

/** Starts the program of the role `gateway` in front of Loki, and waits for its socket. */
async function startCheck(socket: string, port: number): Promise<ChildProcess> {
  const program = join(playbooksDirectory, "roles", "gateway", "files", "log_senders.py");
  const words = ["-I", "-S", program, socket, `127.0.0.1:${port}`, "1e12", "1000000"];
  const check = spawn("python3", words, { stdio: "inherit" });
  while (!existsSync(socket)) {
    if (check.exitCode !== null) throw new UserError(`python3 ${program} ended with exit code ${check.exitCode}`);
    await sleep(20);
  }
  return check;
}

/** A request of one server, with lines like those of an access log. */
function bodyOf(server: string): { readonly server: string; readonly body: Buffer } {
  const line = (): string => {
    const [item, size] = [Math.random() * 1e5, Math.random() * 1e4].map(Math.floor);
    return `198.51.100.${Number(item) % 256} - - [30/Nov/2026:22:11:00 +0000] "GET /shop/item/${item} HTTP/1.1" 200 ${size} "-" "Mozilla/5.0"`;
  };
  const streams = Array.from({ length: STREAMS }, (_, index) => ({
    labels: { filename: `/var/log/nginx/${index}.log`, instance: server, job: "nginx", kind: "access" },
    lines: Array.from({ length: LINES }, line),
  }));
  return { server, body: pushRequest(...streams) };
}

/** Sends requests, and returns how many seconds that took. */
async function send(
  to: RequestOptions,
  bodies: readonly { readonly server: string; readonly body: Buffer }[],
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: OPEN });
  const begun = process.hrtime.bigint();
  await Promise.all(bodies.map(async ({ server, body }) => post({ ...to, agent }, server, body)));
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  agent.destroy();
  return seconds;
}

async function post(to: RequestOptions, server: string, body: Buffer): Promise<void> {
  const headers = { "Content-Type": "application/x-protobuf", "X-Log-Sender": server };
  await new Promise<void>((resolve, reject) => {
    const asked = request({ ...to, method: "POST", path: "/loki/api/v1/push", headers }, (answer) => {
      answer.resume().on("end", () => {
        if (answer.statusCode === 204) resolve();
        else reject(new UserError(`lines of ${server} were rejected with status ${answer.statusCode}`));
      });
    });
    asked.on("error", reject).end(body);
  });
}

/** CPU time of a process. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
