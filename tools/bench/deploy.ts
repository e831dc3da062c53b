import { join } from "node:path";
import { Artifacts } from "../../lib/artifacts";
import { cacheDirectory, withLock } from "../common";
import { ansibleStep, artifactsStep, engineStep, terraformStep } from "../preparation";
import { Benchmark, Outcome, Settings } from "./benchmark";
import { BareProject } from "./deploy/bare";
import { BenchProject } from "./deploy/project";
import { round } from "./deploy/round";
import { Interruption } from "./interruption";
import { Recorder } from "./recorder";

/** How long a user waits: for servers with their monitoring, for nothing to change, for one server more. */
export const deploy: Benchmark = {
  name: "deploy",
  title: 'npm run up and down of the stack "local", with a filled cache',
  repeat: 3,
  // The cache is filled, the engine runs: neither is measured.
  needs: [terraformStep, ansibleStep, engineStep, artifactsStep],
  // One at a time on this machine: the name and the subnet are always the same.
  run: (settings) => withLock(join(cacheDirectory(), "bench.lock"), settings.log, () => measureRounds(settings)),
};

async function measureRounds({ repeat, environment, log }: Settings): Promise<Outcome> {
  const record = new Recorder();
  const interruption = new Interruption(() => {
    log("interrupted: taking down what was made");
  });
  const project = new BenchProject(environment, interruption, "tools/bench/deploy/app.ts");
  const bare = new BareProject(environment, interruption);
  try {
    for (let number = 1; number <= repeat; number += 1) {
      // The last "down" stopped the engine where it was ours.
      await engineStep.ensure(log);
      await round(project, bare, record, (line) => {
        log(`round ${number} of ${repeat}: ${line}`);
      });
    }
  } finally {
    bare.remove();
    await project.remove();
    interruption.end();
  }
  const { channel } = Artifacts.fromEnvironment({ ...process.env, ...environment });
  return {
    figures: record.figures,
    notes: [
      `Archives come from the channel "${channel}".`,
      "Steps and runs that overlap count each. Runs are what each playbook took by its result.json.",
      "Processor time is that of the command and what it waited for, not that of the servers (containers on the same",
      "machine, which share its processors) nor of the Docker engine.",
    ],
  };
}
