import { UserError } from "../../cli/user-error";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { start, usage, write } from "./logs/agent";
import { Recorder } from "./recorder";
import { summarize } from "./statistics";

/** Lines that are written at once. */
const BURST = 200_000;
/** Rate of the steady flow, in lines per second, and its duration in seconds. */
const RATE = 1000;
const SECONDS = 30;
/** Seconds between two queries of the lines that arrived. */
const INTERVAL = 0.2;
/** Seconds after which the remaining lines count as lost. */
const TIMEOUT = 120;
const AGENTS = ["ours", "plain"] as const;
type Agent = (typeof AGENTS)[number];

/** Measures how fast log lines get from a file to Loki, and the resources that the agent uses. */
export const logs: Benchmark = {
  name: "logs",
  title: "log lines from a file to Loki, by our log agent and by Promtail with a minimal configuration",
  repeat: 3,
  needs: SERVER_NEEDS,
  run: measureLogs,
};

async function measureLogs(settings: Settings): Promise<Outcome> {
  const { repeat, environment, log } = settings;
  if (environment.LOG_AGENT !== "promtail")
    throw new UserError(
      `the benchmark logs compares Promtail with itself, but LOG_AGENT is "${environment.LOG_AGENT ?? ""}": set LOG_AGENT=promtail`,
    );
  const record = new Recorder();
  await onServers("tools/dev/bench/logs/app.ts", settings, async (project) => {
    log("deploying");
    await project.create();
    await project.cdktf();
    const { all } = JSON.parse(project.inventory) as {
      readonly all: { readonly hosts: Readonly<Record<string, { readonly ansible_host: string }>> };
    };
    const bench = new LogBench(environment, `http://${all.hosts.hub?.ansible_host ?? ""}:3100`, record);
    for (let number = 1; number <= repeat; number += 1) {
      // The order alternates between rounds, because Loki and the machine warm up.
      for (const agent of number % 2 === 1 ? AGENTS : [...AGENTS].reverse()) {
        log(`round ${number} of ${repeat}: ${agent}`);
        await start(environment, agent, bench.loki);
        await bench.burst(agent, number);
        await bench.steady(agent, number);
      }
    }
  });
  return { figures: [...record.figures, ...record.ratios("ours", "plain")], notes: NOTES };
}

const NOTES = [
  "Ours parses the timestamp of each line and sets labels for method and status class. Plain Promtail parses nothing.",
  `A burst is ${BURST} lines written at once. Loki's limits are far above this burst. Agent, Loki and the queries share the`,
  `CPUs of this machine. The lag is the age of the newest line in Loki, at ${RATE} lines per second.`,
];

/** The measurements of one agent. */
class LogBench {
  public constructor(
    private readonly environment: Readonly<Record<string, string>>,
    public readonly loki: string,
    private readonly record: Recorder,
  ) {}

  /** Measures how fast a burst arrives. */
  public async burst(agent: Agent, round: number): Promise<void> {
    const mark = `burst-${agent}-${round}`;
    const before = await usage(this.environment, agent);
    const begun = await write(this.environment, `/srv/logs/${agent}-burst-${round}.log`, mark, BURST, 0);
    const arrived = await this.wait(mark, BURST);
    const { cpu } = await usage(this.environment, agent);
    this.record.add(`${agent}, burst`, "lines/s", BURST / (arrived - begun));
    this.record.add(`${agent}, burst: CPU time per million lines`, "s", ((cpu - before.cpu) / BURST) * 1e6);
  }

  /** Measures the resources that a steady flow needs, and its lag. */
  public async steady(agent: Agent, round: number): Promise<void> {
    const mark = `steady-${agent}-${round}`;
    const lines = RATE * SECONDS;
    const before = await usage(this.environment, agent);
    const began = Date.now() / 1000;
    const written = write(this.environment, `/srv/logs/${agent}-steady-${round}.log`, mark, lines, RATE);
    const observations: { readonly at: number; readonly found: number }[] = [];
    while (Date.now() / 1000 < began + SECONDS) {
      observations.push({ at: Date.now() / 1000, found: await this.count(mark) });
      await new Promise((done) => setTimeout(done, INTERVAL * 1000));
    }
    const begun = await written;
    await this.wait(mark, lines);
    const after = await usage(this.environment, agent);
    // In the first seconds, the agent discovers the file.
    const lags = observations.filter(({ found }) => found > RATE).map(({ at, found }) => at - (begun + found / RATE));
    this.record.add(`${agent}, ${RATE} lines/s: CPUs`, "", (after.cpu - before.cpu) / SECONDS);
    this.record.add(`${agent}, ${RATE} lines/s: memory`, "MiB", after.memory);
    this.record.add(`${agent}, ${RATE} lines/s: lag, median`, "s", summarize(lags).median);
    this.record.add(`${agent}, ${RATE} lines/s: lag, maximum`, "s", Math.max(...lags));
  }

  /** Waits until Loki has a number of lines. Returns the time in seconds since 1970. */
  private async wait(mark: string, lines: number): Promise<number> {
    const end = Date.now() / 1000 + TIMEOUT;
    for (;;) {
      const now = Date.now() / 1000;
      const found = await this.count(mark);
      if (found >= lines) return now;
      if (now > end) throw new UserError(`only ${found} of ${lines} lines arrived within ${TIMEOUT} s`);
      await new Promise((done) => setTimeout(done, INTERVAL * 1000));
    }
  }

  private async count(mark: string): Promise<number> {
    const query = `sum(count_over_time({job=~"nginx|plain"} |= "/${mark}/" [1h]))`;
    const answer = await fetch(`${this.loki}/loki/api/v1/query?${new URLSearchParams({ query }).toString()}`);
    if (!answer.ok) throw new UserError(`Loki answers with an error: ${answer.status} ${await answer.text()}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  }
}
