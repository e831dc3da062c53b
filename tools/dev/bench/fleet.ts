import { gzipSync } from "node:zlib";
import { engineStep } from "../../local/preparation";
import { RunResult } from "../../cli/run-results";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { MORE_SERVERS } from "./deploy/more-servers";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { BenchProject } from "./deploy/project";
import { Measured } from "./measure";
import { Recorder } from "./recorder";

/** Servers of the small stack, before more are added. */
const FEW = 2;
/** Servers that join at once: containers are cheap, yet what a small machine carries is some dozens. */
const MANY = 20;
/** Servers that exist in Terraform's plan only. */
const SIMULATED = 1000;

/** What a server more costs, among few and among many. */
export const fleet: Benchmark = {
  name: "fleet",
  title: `${MANY} servers beside ${FEW}, one more, and the plan of ${SIMULATED}`,
  repeat: 1,
  needs: SERVER_NEEDS,
  run: measureFleet,
};

async function measureFleet(settings: Settings): Promise<Outcome> {
  const { repeat, log } = settings;
  const record = new Recorder();
  await onServers("tools/dev/bench/deploy/small-app.ts", settings, async (project) => {
    for (let number = 1; number <= repeat; number += 1) {
      log(`round ${number} of ${repeat}`);
      // Taking down what the round before left stopped the engine where it was ours.
      await engineStep.ensure(log);
      await round(project, record, log);
    }
  });
  return {
    figures: record.figures,
    notes: [
      `${FEW} servers are there, with Prometheus and Alertmanager on one; the others have a node exporter each.`,
      "Processor time is that of cdktf, Terraform and Ansible, not that of the servers.",
      `The plan of ${SIMULATED} servers is for a stack of which nothing exists yet.`,
    ],
  };
}

async function round(project: BenchProject, record: Recorder, log: Settings["log"]): Promise<void> {
  await project.create();
  const grow = async (servers: number): Promise<Measured> => {
    log(`${servers} servers`);
    project.set(MORE_SERVERS, String(servers - FEW));
    return project.cdktf();
  };
  await grow(FEW);
  const few = await grow(FEW + 1);
  recordEach(record, `a server more, of ${FEW + 1}`, few, 1);
  recordEach(record, `${MANY} servers more`, await grow(FEW + 1 + MANY), MANY);
  const before = project.runs;
  const many = await grow(FEW + 2 + MANY);
  recordEach(record, `a server more, of ${FEW + 2 + MANY}`, many, 1);
  record.add("  servers that this touches: itself, and Prometheus'", "", touched(before, project.runs), 2);
  record.add("  its processor time against that of one among few", "×", many.cpu / few.cpu);
  log(`a plan of ${SIMULATED} servers`);
  project.set(MORE_SERVERS, String(SIMULATED - FEW));
  const { synthesis, plan, inventory } = await project.plan();
  record.add(`${SIMULATED} servers: cdktf synth`, "s", synthesis.seconds);
  record.add(`${SIMULATED} servers: terraform plan`, "s", plan.seconds);
  const handed = gzipSync(inventory).toString("base64").length / 1024;
  record.add(`${SIMULATED} servers: inventory, as it is handed to a run`, "KiB", handed, 128);
  project.set(MORE_SERVERS, "0");
}

function recordEach(record: Recorder, name: string, { seconds, cpu }: Measured, servers: number): void {
  record.add(name, "s", seconds);
  record.add(`${name}: processor time`, "s", cpu);
  if (servers === 1) return;
  record.add("  for each of them", "s", seconds / servers);
  record.add("  for each of them: processor time", "s", cpu / servers);
}

/** On how many servers anything ran beyond the first look, in runs that were not there before. */
function touched(before: readonly RunResult[], after: readonly RunResult[]): number {
  const known = new Set(before.map(({ started }) => started));
  const hosts = after
    .filter(({ started }) => !known.has(started))
    .flatMap((run) => Object.entries(run.hosts).filter(([, result]) => result.touched))
    .map(([host]) => host);
  return new Set(hosts).size;
}
