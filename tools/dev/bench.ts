import { join, resolve } from "node:path";
import { Log, main, privateDirectory, UserError } from "../cli/common";
import { Benchmark } from "./bench/benchmark";
import { deploy } from "./bench/deploy";
import { describeMachine } from "./bench/machine";
import { fleet } from "./bench/fleet";
import { logs } from "./bench/logs";
import { parseOptions } from "./bench/options";
import { ResultFile, section, Section, table, writeResults } from "./bench/report";
import { rival } from "./bench/rival";
import { synthesis } from "./bench/synthesis";

/** In the order in which they run. A further one is a file beside these, and an entry here. */
const benchmarks: readonly Benchmark[] = [synthesis, deploy, fleet, logs, rival];

const HELP = `npm run bench [-- benchmarks] [options]: measures this project on this machine, all of it or

${benchmarks.map(({ name, title, repeat }) => `  ${name.padEnd(12)} ${title} (${repeat} times)`).join("\n")}

  --repeat N    measures everything N times
  --sizes LIST  numbers of servers for the synthesis (default: 10,100,1000)
  --rival DIR   a folder of Ansible collections to compare with, as "ansible-galaxy collection install -p DIR
                prometheus.prometheus" fills it; without it the benchmark rival is left out
  --out FILE    where the results go (default: a new file in .cdktf-monitoring/bench)
  -h, --help    this text

Compare ratios and differences of one file, not seconds of two: docs/performance.md says how to read them.`;

async function bench(): Promise<void> {
  const options = parseOptions(
    process.argv.slice(2),
    benchmarks.map(({ name }) => name),
  );
  if (options.help) {
    console.log(HELP);
    return;
  }
  const chosen = benchmarks.filter(
    ({ name, takesRival = false }) => options.benchmarks.includes(name) && (!takesRival || options.rival !== undefined),
  );
  if (chosen.length === 0)
    throw new UserError("--rival names no folder of collections, and without one there is nothing to compare with");
  const date = new Date().toISOString();
  const out = options.out ?? join(privateDirectory, "bench", `${date.replaceAll(":", "-")}.json`);
  const environment = await prepare(chosen);
  const machine = await describeMachine(environment);
  const sections: Section[] = [];
  for (const benchmark of chosen) {
    const repeat = options.repeat ?? benchmark.repeat;
    const log = progress(benchmark.name);
    const { sizes, rival: collections } = options;
    const outcome = await benchmark.run({
      repeat,
      sizes,
      environment,
      log,
      ...(collections === undefined ? {} : { rival: resolve(collections) }),
    });
    const measured = section(benchmark, repeat, outcome);
    sections.push(measured);
    // After each, so that what was measured is kept when a later one fails.
    const file: ResultFile = { format: 1, date, machine, sections };
    writeResults(out, file);
    console.log(`\n${table(measured)}`);
  }
  console.log(`\nAll samples, and what this machine is: ${out}`);
}

/** Makes sure of what the benchmarks need; that is not measured. */
async function prepare(chosen: readonly Benchmark[]): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const step of new Set(chosen.flatMap(({ needs }) => needs)))
    Object.assign(environment, await step.ensure(progress(step.title)));
  return environment;
}

/** Progress goes to standard error: standard output is for the table. */
function progress(title: string): Log {
  return (line) => {
    console.error(`${title}: ${line}`);
  };
}

main(bench);
