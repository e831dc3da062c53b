import { Log } from "../../../cli/process";
import { Measured } from "../measure";
import { Recorder } from "../recorder";
import { BareProject } from "./bare";
import { MORE_SERVERS } from "./more-servers";
import { phases } from "./phases";
import { BenchProject } from "./project";

/** Number of deploys without changes in each round. One is not enough, because they are short and vary most. */
const REPEATS = 3;
/** Seconds that `up` without changes may take in addition to cdktf and Terraform. */
const GOAL = 0.5;

/** Deploys from nothing, without changes, and with one more server. Then destroys the stack. */
export async function round(project: BenchProject, bare: BareProject, record: Recorder, log: Log): Promise<void> {
  await project.create();
  project.set(MORE_SERVERS, "0");
  log("up from nothing");
  await recordUp(record, "up from nothing", project);

  bare.create(project.resources);
  await bare.cdktf();
  for (let number = 1; number <= REPEATS; number += 1) {
    log(`up without changes, and cdktf alone (${number} of ${REPEATS})`);
    await recordNoOp(record, project, bare);
  }

  log("up with one more server");
  project.set(MORE_SERVERS, "1");
  await recordUp(record, "up with one more server", project);

  log("down");
  recordCommand(record, "down", await project.npm("down"));
}

/**
 * Records three deploys in a row: `up`, the cdktf deploy that `up` runs, and a cdktf deploy of the same number of bare
 * resources.
 */
async function recordNoOp(record: Recorder, project: BenchProject, bare: BareProject): Promise<void> {
  const { up, runs } = await recordUp(record, "up, no change", project);
  record.add("up, no change: playbooks run", "", runs, 0);
  const same = await project.cdktf();
  const nothing = await bare.cdktf();
  for (const [what, measure, goal] of [
    ["", ({ seconds }: Measured) => seconds, GOAL],
    [": CPU time", ({ cpu }: Measured) => cpu, undefined],
  ] as const) {
    record.add(`cdktf deploy of the same stack, no change${what}`, "s", measure(same));
    record.add(`cdktf deploy of bare resources, no change${what}`, "s", measure(nothing));
    record.add(`difference: up and cdktf deploy of the same stack${what}`, "s", measure(up) - measure(same));
    record.add(
      `difference: cdktf deploy of the same stack and of bare resources${what}`,
      "s",
      measure(same) - measure(nothing),
    );
    record.add(`difference: up and cdktf deploy of bare resources${what}`, "s", measure(up) - measure(nothing), goal);
  }
}

/** Records an `up` and its runs. */
async function recordUp(
  record: Recorder,
  name: string,
  project: BenchProject,
): Promise<{ readonly up: Measured; readonly runs: number }> {
  const before = new Set(project.runs.map(({ started }) => started));
  const up = await project.npm("up");
  recordCommand(record, name, up);
  const runs = project.runs.filter(({ started }) => !before.has(started));
  for (const { run, seconds } of runs) record.add(`${name}: run ${run}`, "s", seconds);
  return { up, runs: runs.length };
}

function recordCommand(record: Recorder, name: string, measured: Measured): void {
  record.add(name, "s", measured.seconds);
  record.add(`${name}: CPU time`, "s", measured.cpu);
  for (const phase of phases(measured.lines)) record.add(`${name}: ${phase.name}`, "s", phase.seconds);
}
