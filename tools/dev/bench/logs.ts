import { UserError } from "../../cli/common";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { start, usage, write } from "./logs/agent";
import { Recorder } from "./recorder";
import { summarize } from "./statistics";

/** Lines that are written at once. */
const BURST = 200_000;
/** Lines a second, and for how many seconds they come. */
const RATE = 1000;
const SECONDS = 30;
/** Seconds between two looks at what has arrived. */
const LOOK = 0.2;
/** Seconds after which lines that have not arrived will not any more. */
const PATIENCE = 120;
const AGENTS = ["ours", "plain"] as const;
type Agent = (typeof AGENTS)[number];

/** How fast lines get from a file to where they are found, and what the agent takes for it. */
export const logs: Benchmark = {
  name: "logs",
  title: "lines from a file to Loki, by our log agent and by promtail with a minimal configuration",
  repeat: 3,
  needs: SERVER_NEEDS,
  run: measureLogs,
};

async function measureLogs(settings: Settings): Promise<Outcome> {
  const { repeat, environment, log } = settings;
  if (environment.LOG_AGENT !== "promtail")
    throw new UserError(
      "logs: Promtail is compared with itself, and here the log agent is another: set LOG_AGENT=promtail",
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
      // They take turns, for Loki and the machine warm up.
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
  "Ours reads the lines' own times, and labels for method and status class; plain promtail reads nothing in them.",
  `A burst is ${BURST} lines written at once; Loki's limits are far above what comes. Agent, Loki and whoever asks it share this`,
  `machine's processors. The lag is how old the last line is of those that are found, at ${RATE} lines a second.`,
];

/** What is measured of one agent. */
class LogBench {
  public constructor(
    private readonly environment: Readonly<Record<string, string>>,
    public readonly loki: string,
    private readonly record: Recorder,
  ) {}

  /** How fast a burst arrives. */
  public async burst(agent: Agent, round: number): Promise<void> {
    const mark = `burst-${agent}-${round}`;
    const before = await usage(this.environment, agent);
    const begun = await write(this.environment, `/srv/logs/${agent}-burst-${round}.log`, mark, BURST, 0);
    const arrived = await this.wait(mark, BURST);
    const { cpu } = await usage(this.environment, agent);
    this.record.add(`${agent}, burst`, "lines/s", BURST / (arrived - begun));
    this.record.add(`${agent}, burst: processor time for a million lines`, "s", ((cpu - before.cpu) / BURST) * 1e6);
  }

  /** What a steady flow takes, and how far behind it is. */
  public async steady(agent: Agent, round: number): Promise<void> {
    const mark = `steady-${agent}-${round}`;
    const lines = RATE * SECONDS;
    const before = await usage(this.environment, agent);
    const began = Date.now() / 1000;
    const written = write(this.environment, `/srv/logs/${agent}-steady-${round}.log`, mark, lines, RATE);
    const looks: { readonly at: number; readonly found: number }[] = [];
    while (Date.now() / 1000 < began + SECONDS) {
      looks.push({ at: Date.now() / 1000, found: await this.count(mark) });
      await new Promise((done) => setTimeout(done, LOOK * 1000));
    }
    const begun = await written;
    await this.wait(mark, lines);
    const after = await usage(this.environment, agent);
    // The first seconds are those in which the agent finds the file.
    const lags = looks.filter(({ found }) => found > RATE).map(({ at, found }) => at - (begun + found / RATE));
    this.record.add(`${agent}, ${RATE} lines/s: processors`, "", (after.cpu - before.cpu) / SECONDS);
    this.record.add(`${agent}, ${RATE} lines/s: memory`, "MiB", after.memory);
    this.record.add(`${agent}, ${RATE} lines/s: lag, median`, "s", summarize(lags).median);
    this.record.add(`${agent}, ${RATE} lines/s: lag, longest`, "s", Math.max(...lags));
  }

  /** Waits until so many lines are found. Returns when that was, in seconds since 1970. */
  private async wait(mark: string, lines: number): Promise<number> {
    const end = Date.now() / 1000 + PATIENCE;
    for (;;) {
      const now = Date.now() / 1000;
      const found = await this.count(mark);
      if (found >= lines) return now;
      if (now > end) throw new UserError(`of ${lines} lines ${found} arrived in ${PATIENCE} s`);
      await new Promise((done) => setTimeout(done, LOOK * 1000));
    }
  }

  private async count(mark: string): Promise<number> {
    const query = `sum(count_over_time({job=~"nginx|plain"} |= "/${mark}/" [1h]))`;
    const answer = await fetch(`${this.loki}/loki/api/v1/query?${new URLSearchParams({ query }).toString()}`);
    if (!answer.ok) throw new UserError(`Loki does not answer: ${answer.status} ${await answer.text()}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  }
}
