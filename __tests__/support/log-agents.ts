import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentConfig, agentConfig } from "../../lib/logs/agent-config";
import { alloyConfig } from "../../lib/logs/alloy";
import { LogSource } from "../../lib/logs/log-source";
import { promtailConfig } from "../../lib/logs/promtail";
import { targetFiles } from "../../lib/logs/target-files";
import { freePort } from "../../tools/dev/service";
import type { LogEntry } from "./loki";

/** The environment names an archive of Alloy, because Alloy cannot be built from its Go module. */
const { PROMTAIL, CDKTF_MONITORING_ALLOY: ALLOY } = process.env;

/** A test for each log agent. Without the agent it is skipped, and its name contains the reason. */
export function logAgentTest(name: string, body: (agent: Agent) => Promise<void>): void {
  const promtail = PROMTAIL === undefined ? undefined : new Promtail(PROMTAIL);
  const alloy = ALLOY !== undefined && existsSync(ALLOY) ? new Alloy(ALLOY) : undefined;
  for (const [program, agent, missing] of [
    ["promtail", promtail, 'no Promtail; "npm test" shows the reason'],
    ["alloy", alloy, "CDKTF_MONITORING_ALLOY contains no path of an archive"],
  ] as const) {
    if (agent) test(`${name} (${program})`, async () => body(agent), 60_000);
    else test.skip(`${name} (${program} skipped: ${missing})`, () => undefined);
  }
}

/** A log agent that reads files. */
export abstract class Agent {
  /**
   * Returns the log entries that the agent makes from files.
   *
   * @param files the content of the files by name
   * @param sources returns the log sources that read the files in a folder
   * @param expected number of entries to wait for
   * @param journal whether the entries are processed as those of the journal
   */
  public async entries(
    files: Readonly<Record<string, string>>,
    sources: (folder: string) => readonly LogSource[],
    expected: number,
    journal = false,
  ): Promise<LogEntry[]> {
    const folder = mkdtempSync(join(tmpdir(), "logs-"));
    try {
      const logSources = sources(folder);
      const texts = {
        ...files,
        ...Object.fromEntries(targetFiles(logSources).map(({ path, content }) => [path, content])),
      };
      for (const [path, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const config = agentConfig({}, logSources);
      return await this.run(folder, journal ? { ...config, files: config.journal } : config, expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  protected abstract run(folder: string, config: AgentConfig, expected: number): Promise<LogEntry[]>;

  /** Replaces the paths of a server in a configuration by those of the test. */
  protected relocate(config: string, folder: string): string {
    return config.replaceAll("/etc/log_agent", folder).replaceAll("/var/lib/monitoring/log_agent", folder);
  }
}

class Promtail extends Agent {
  public constructor(private readonly program: string) {
    super();
  }

  protected async run(folder: string, config: AgentConfig, expected: number): Promise<LogEntry[]> {
    const file = join(folder, "promtail.yml");
    writeFileSync(file, this.relocate(promtailConfig(config), folder));
    const flags = [`-config.file=${file}`, "-client.url=http://127.0.0.1:1/", "-server.http-listen-port=0"];
    execFileSync(this.program, [...flags, "-check-syntax"], { stdio: "pipe" });
    return output(this.program, [...flags, "-dry-run"], {}, expected, (text) => this.parse(text, folder));
  }

  /** Parses entries of the form `<time>\t{<labels>}\t<line>`. An entry can have further lines. */
  private parse(text: string, folder: string): LogEntry[] {
    const beginning = /^(\d{4}-\d\d-\d\dT[\d:.]+[+-]\d{4})\s*(\{.*?\})\s*(?=\S)/gm;
    const found = [...text.matchAll(beginning)];
    return found.map((match, index) => {
      const [all, time = "", labels = ""] = match;
      const line = text.slice(match.index + all.length, found[index + 1]?.index ?? text.length).trimEnd();
      return { time: Date.parse(time.replace(/(\d\d)$/, ":$1")), labels: labelsOf(labels, folder), line };
    });
  }
}

class Alloy extends Agent {
  public constructor(private readonly archive: string) {
    super();
  }

  protected async run(folder: string, config: AgentConfig, expected: number): Promise<LogEntry[]> {
    const unpacking = ["-xzf", this.archive, "-C", folder, "--strip-components=1", "--wildcards", "*/alloy"];
    execFileSync("tar", unpacking);
    const program = join(folder, "alloy");
    const text = this.relocate(alloyConfig(config), folder);
    const file = join(folder, "config.alloy");
    writeFileSync(file, text);
    execFileSync(program, ["validate", file], { stdio: "pipe" });
    const printing = text.replace(/loki\.write\.loki\.receiver/g, "loki.echo.lines.receiver");
    writeFileSync(file, `${printing.replace('level = "warn"', 'level = "info"')}\nloki.echo "lines" { }\n`);
    const flags = [
      `--server.http.listen-addr=127.0.0.1:${await freePort()}`,
      `--storage.path=${folder}/state`,
      "--disable-reporting",
    ];
    const environment = { LOG_AGENT_LOKI_URL: "http://127.0.0.1:1" };
    return output(program, ["run", ...flags, file], environment, expected, (stderr) => this.parse(stderr, folder));
  }

  private parse(text: string, folder: string): LogEntry[] {
    const value = String.raw`("(?:[^"\\]|\\.)*"|\S*)`;
    const entries = text.matchAll(new RegExp(` entry=${value} entry_timestamp=(\\S+) labels=${value}`, "g"));
    return [...entries].map(([, line = "", time = "", labels = ""]) => ({
      time: Date.parse(time),
      labels: labelsOf(unquoted(labels), folder),
      line: unquoted(line),
    }));
  }
}

function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** Parses labels, and shortens the path of a file in the test's folder to its name. */
function labelsOf(text: string, folder: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = "", value = ""]) => [
      name,
      value.replace(`${folder}/`, ""),
    ]),
  );
}

/**
 * Runs a program until it has printed the expected number of entries, and half a second longer to find surplus ones.
 *
 * @throws if the program logs an error
 */
async function output(
  program: string,
  flags: readonly string[],
  environment: NodeJS.ProcessEnv,
  expected: number,
  parse: (text: string) => LogEntry[],
): Promise<LogEntry[]> {
  const child = spawn(program, flags, { env: { ...process.env, ...environment, TZ: "UTC" } });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const end = Date.now() + 30_000;
  while (parse(text).length < expected && Date.now() < end && child.exitCode === null)
    await new Promise((done) => setTimeout(done, 200));
  await new Promise((done) => setTimeout(done, 500));
  child.kill("SIGKILL");
  const error = /^(?:ts=\S+ )?level=error .*(?:caller|msg)=.*$/m.exec(text);
  if (error) throw new Error(`The log agent logged: ${error[0]}`);
  return parse(text).sort((a, b) => a.time - b.time);
}
