import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../cli/process";
import { UserError } from "../../../cli/user-error";

/** Resources that a process has used since its start. */
export interface Usage {
  /** CPU seconds. */
  readonly cpu: number;
  /** Current resident memory, in MiB. */
  readonly memory: number;
}

/** Container of the server with the log file. */
const CONTAINER = "bench-app";
const PLAIN = "/srv/plain";
/** The kernel reports CPU time in hundredths of a second (USER_HZ). */
const TICKS = 100;

/** Runs a command on the server with the log file. */
export async function onServer(environment: Readonly<Record<string, string>>, command: string): Promise<string> {
  const { code, stdout, stderr } = await run("docker", ["exec", CONTAINER, "sh", "-c", command], { environment });
  if (code !== 0) throw new UserError(`${command} failed on the server: ${stderr.trim()}`);
  return stdout.trim();
}

/** Writes lines to a file on the server. Returns the time of the first line, in seconds since 1970. */
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

/** Starts one of the two agents and stops the other. */
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
  // The minimal configuration: one job for one file, without stages.
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

/** The resources that an agent has used since its start. */
export async function usage(environment: Readonly<Record<string, string>>, agent: "ours" | "plain"): Promise<Usage> {
  const unit = agent === "ours" ? "log_agent" : "plain";
  const text = await onServer(
    environment,
    `pid=$(systemctl show --property MainPID --value ${unit}); cut -d')' -f2 /proc/$pid/stat; grep VmRSS /proc/$pid/status`,
  );
  const [stat = "", status = ""] = text.split("\n");
  // Fields after the name, from the state on: user and system time are the 12th and 13th.
  const fields = stat.trim().split(" ");
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS,
    memory: Number(/\d+/.exec(status)?.[0]) / 1024,
  };
}
