import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run, UserError } from "../../../cli/common";

/** What a process used so far. */
export interface Usage {
  /** Processor seconds. */
  readonly cpu: number;
  /** Memory that is in use now, in MiB. */
  readonly memory: number;
}

/** The container of the server whose log is read. */
const CONTAINER = "bench-app";
const PLAIN = "/srv/plain";
/** The kernel counts processor time in hundredths of a second for whoever asks (USER_HZ). */
const TICKS = 100;

/** Runs a command on the server whose log is read. */
export async function onServer(environment: Readonly<Record<string, string>>, command: string): Promise<string> {
  const { code, stdout, stderr } = await run("docker", ["exec", CONTAINER, "sh", "-c", command], { environment });
  if (code !== 0) throw new UserError(`${command} failed on the server: ${stderr.trim()}`);
  return stdout.trim();
}

/** Writes lines into a file on the server. Returns when the first was written, in seconds since 1970. */
export async function write(
  environment: Readonly<Record<string, string>>,
  file: string,
  mark: string,
  lines: number,
  rate: number,
): Promise<number> {
  const program = readFileSync(join(__dirname, "writer.py"), "utf8").replaceAll("'", "'\\''");
  return Number(await onServer(environment, `python3 -c '${program}' ${file} ${mark} ${lines} ${rate}`));
}

/** Lets one of both agents run, and the other not. */
export async function start(
  environment: Readonly<Record<string, string>>,
  agent: "ours" | "plain",
  loki: string,
): Promise<void> {
  await onServer(environment, "systemctl stop log_agent; systemctl stop plain 2>/dev/null; mkdir -p /srv/logs");
  if (agent === "ours") {
    await onServer(environment, "systemctl start log_agent");
    return;
  }
  // The least that does the work: one job of one file, no stages.
  const config = {
    server: { http_listen_port: 9081, grpc_listen_port: 0 },
    positions: { filename: `${PLAIN}/positions.yml` },
    clients: [{ url: `${loki}/loki/api/v1/push` }],
    scrape_configs: [
      {
        job_name: "plain",
        static_configs: [{ targets: ["localhost"], labels: { job: "plain", __path__: "/srv/logs/plain-*.log" } }],
      },
    ],
  };
  await onServer(
    environment,
    `mkdir -p ${PLAIN} && echo '${JSON.stringify(config)}' > ${PLAIN}/promtail.yml &&
     systemd-run --quiet --collect --unit plain /opt/cdktf-monitoring/log_agent/promtail -config.file ${PLAIN}/promtail.yml`,
  );
}

/** What an agent used since it started. */
export async function usage(environment: Readonly<Record<string, string>>, agent: "ours" | "plain"): Promise<Usage> {
  const unit = agent === "ours" ? "log_agent" : "plain";
  const text = await onServer(
    environment,
    `pid=$(systemctl show --property MainPID --value ${unit}); cut -d')' -f2 /proc/$pid/stat; grep VmRSS /proc/$pid/status`,
  );
  const [stat = "", status = ""] = text.split("\n");
  // Behind the name: the state is the first, so that user and system time are the 12th and 13th.
  const fields = stat.trim().split(" ");
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS,
    memory: Number(/\d+/.exec(status)?.[0]) / 1024,
  };
}
