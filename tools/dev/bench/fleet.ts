import { gzipSync } from "node:zlib";
import { engineStep } from "../../local/preparation";
import { RunResult } from "../../cli/run-results";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { MORE_SERVERS } from "./deploy/more-servers";
import { onServers, SERVER_NEEDS } from "./deploy/on-servers";
import { BenchProject } from "./deploy/project";
import { Measured } from "./measure";
import { Recorder } from "./recorder";

/** Servers of the small stack. */
const FEW = 2;
/** Servers that join at once. A small machine can run some dozens of containers. */
const MANY = 20;
/** Servers that exist only in Terraform's plan. */
const SIMULATED = 1000;

/** Measures the cost of one more server in a small and in a large stack. */
export const fleet: Benchmark = {
  name: "fleet",
  title: `${MANY} servers added to ${FEW}, one more, and the plan of ${SIMULATED}`,
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
      // The previous round stopped the engine if "up" had started it.
      await engineStep.ensure(log);
      await round(project, record, log);
    }
  });
  return {
    figures: record.figures,
    notes: [
      `The stack has ${FEW} servers, with Prometheus and Alertmanager on one. Every server has a node exporter.`,
      "CPU time includes cdktf, Terraform and Ansible, but not the servers.",
      `The plan of ${SIMULATED} servers is for a stack that has no resources yet.`,
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
  recordEach(record, `one more server, ${FEW + 1} in total`, few, 1);
  recordEach(record, `${MANY} more servers`, await grow(FEW + 1 + MANY), MANY);
  const before = project.runs;
  const many = await grow(FEW + 2 + MANY);
  recordEach(record, `one more server, ${FEW + 2 + MANY} in total`, many, 1);
  record.add(
    "  servers that this deploy touches (new server, Prometheus server)",
    "",
    touched(before, project.runs),
    2,
  );
  record.add("  CPU time compared to one more server in a small stack", "×", many.cpu / few.cpu);
  log(`a plan of ${SIMULATED} servers`);
  project.set(MORE_SERVERS, String(SIMULATED - FEW));
  const { synthesis, plan, inventory } = await project.plan();
  record.add(`${SIMULATED} servers: cdktf synth`, "s", synthesis.seconds);
  record.add(`${SIMULATED} servers: terraform plan`, "s", plan.seconds);
  const handed = gzipSync(inventory).toString("base64").length / 1024;
  record.add(`${SIMULATED} servers: inventory, as a run receives it`, "KiB", handed, 128);
  project.set(MORE_SERVERS, "0");
}

function recordEach(record: Recorder, name: string, { seconds, cpu }: Measured, servers: number): void {
  record.add(name, "s", seconds);
  record.add(`${name}: CPU time`, "s", cpu);
  if (servers === 1) return;
  record.add("  per server", "s", seconds / servers);
  record.add("  per server: CPU time", "s", cpu / servers);
}

/** The number of servers that the new runs touched, in addition to their preflight checks. */
function touched(before: readonly RunResult[], after: readonly RunResult[]): number {
  const known = new Set(before.map(({ started }) => started));
  const hosts = after
    .filter(({ started }) => !known.has(started))
    .flatMap((run) => Object.entries(run.hosts).filter(([, result]) => result.touched))
    .map(([host]) => host);
  return new Set(hosts).size;
}
