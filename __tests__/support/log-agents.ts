import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AgentConfig, agentConfig } from "../../lib/logs/agent-config";
import { alloyConfig } from "../../lib/logs/alloy";
import { LogSource } from "../../lib/logs/log-source";
import { promtailConfig } from "../../lib/logs/promtail";
import { targetFiles } from "../../lib/logs/target-files";
import type { LogEntry } from "./loki";

/** An archive of Alloy, for it cannot be built from its Go module. */
const { PROMTAIL, CDKTF_MONITORING_ALLOY: ALLOY } = process.env;

/** Tests of what the real programs make of lines; where there is none they are skipped, and say why. */
export function logAgentTest(name: string, body: (read: Reader) => Promise<void>): void {
  const promtail = PROMTAIL === undefined ? undefined : new Promtail(PROMTAIL);
  const alloy = ALLOY !== undefined && existsSync(ALLOY) ? new Alloy(ALLOY) : undefined;
  for (const [agent, reader, why] of [
    ["promtail", promtail, '"npm test" says why there is none'],
    ["alloy", alloy, "CDKTF_MONITORING_ALLOY names no archive of it"],
  ] as const) {
    if (reader) test(`${name} (${agent})`, async () => body(reader), 60_000);
    else test.skip(`${name} (${agent} skipped: ${why})`, () => undefined);
  }
}

/** A program that reads files. */
export abstract class Reader {
  /**
   * What becomes of files.
   *
   * @param files their text by their names
   * @param sources who reads them, in a folder
   * @param expected how many entries come of them
   * @param journal whether what is done with the journal is done with them
   */
  public async entries(
    files: Readonly<Record<string, string>>,
    sources: (folder: string) => readonly LogSource[],
    expected: number,
    journal = false,
  ): Promise<LogEntry[]> {
    const folder = mkdtempSync(join(tmpdir(), "logs-"));
    try {
      const own = sources(folder);
      const texts = { ...files, ...Object.fromEntries(targetFiles(own).map(({ path, content }) => [path, content])) };
      for (const [path, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const config = agentConfig({}, own);
      return await this.run(folder, journal ? { ...config, files: config.journal } : config, expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  protected abstract run(folder: string, config: AgentConfig, expected: number): Promise<LogEntry[]>;

  /** A configuration with the paths of a test. */
  protected relocate(config: string, folder: string): string {
    return config.replaceAll("/etc/log_agent", folder).replaceAll("/var/lib/monitoring/log_agent", folder);
  }
}

class Promtail extends Reader {
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

  /** \`<time>\t{<labels>}\t<line>\`, and further lines of it. */
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

class Alloy extends Reader {
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
    const told = text.replace(/loki\.write\.loki\.receiver/g, "loki.echo.lines.receiver");
    writeFileSync(file, `${told.replace('level = "warn"', 'level = "info"')}\nloki.echo "lines" { }\n`);
    const flags = [
      `--server.http.listen-addr=127.0.0.1:${await freePort()}`,
      `--storage.path=${folder}/state`,
      "--disable-reporting",
    ];
    const environment = { LOG_AGENT_LOKI_URL: "http://127.0.0.1:1" };
    return output(program, ["run", ...flags, file], environment, expected, (said) => this.parse(said, folder));
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

/** A port that nobody listens on; Alloy does not take one by itself. */
async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        done(typeof address === "object" && address ? address.port : 0);
      });
    });
  });
}

function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** Labels as they are written, with the name of the file instead of its path. */
function labelsOf(text: string, folder: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = "", value = ""]) => [
      name,
      value.replace(`${folder}/`, ""),
    ]),
  );
}

/** Runs a program until it has told as many entries as are expected, and a little longer, for those that are too many. */
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
  return parse(text).sort((a, b) => a.time - b.time);
}
