import { join, resolve } from "node:path";
import { Log } from "../cli/process";
import { main, usage } from "../cli/command";
import { privateDirectory } from "../cli/project";
import { UserError } from "../cli/user-error";
import { describeMachine } from "../local/machine";
import { Benchmark } from "./bench/benchmark";
import { deploy } from "./bench/deploy";
import { fleet } from "./bench/fleet";
import { logs } from "./bench/logs";
import { parseOptions } from "./bench/options";
import { ResultFile, section, Section, table, writeResults } from "./bench/report";
import { rival } from "./bench/rival";
import { senders } from "./bench/senders";
import { synthesis } from "./bench/synthesis";

/** All benchmarks, in the order in which they run. */
const benchmarks: readonly Benchmark[] = [synthesis, deploy, fleet, logs, senders, rival];

const HELP = `Usage: ${usage("bench", "[<benchmark>…]")}

Measures this project on this machine. Without <benchmark>, runs all of these:

${benchmarks.map(({ name, title, repeat }) => `  ${name.padEnd(12)} ${title} (${repeat} times)`).join("\n")}

  --repeat <n>    number of times that each benchmark measures
  --sizes <list>  numbers of servers for the benchmark synthesis (default: 10,100,1000)
  --rival <dir>   folder of Ansible collections for the benchmark rival, which is left out otherwise. To fill it:
                  ansible-galaxy collection install -p <dir> prometheus.prometheus
  --out <file>    file for the results (default: a new file in .cdktf-monitoring/bench)
  -h, --help      print this help

Compare ratios and differences within one file. The seconds of two files are not comparable. See docs/performance.md.`;

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
    throw new UserError("the benchmark rival needs a folder of Ansible collections: add --rival <dir>");
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
    // Written after each benchmark, so that its results are kept if a later benchmark fails.
    const file: ResultFile = { format: 1, date, machine, sections };
    writeResults(out, file);
    console.log(`\n${table(measured)}`);
  }
  console.log(`\nAll samples and a description of this machine: ${out}`);
}

/** Runs the preparation steps of the benchmarks. They are not measured. */
async function prepare(chosen: readonly Benchmark[]): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const step of new Set(chosen.flatMap(({ needs }) => needs)))
    Object.assign(environment, await step.ensure(progress(step.title)));
  return environment;
}

/** A log that writes to standard error, because standard output is for the table. */
function progress(title: string): Log {
  return (line) => {
    console.error(`${title}: ${line}`);
  };
}

main(bench);
